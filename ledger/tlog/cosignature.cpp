#include "ledger/tlog/cosignature.h"

#include "ledger/base/big_endian.h"
#include "ledger/base/text.h"
#include "ledger/tlog/checkpoint.h"

namespace cairn {
namespace {

constexpr unsigned time_length = 8;

}  // namespace

std::string cosignature_message(std::string_view text, std::uint64_t time) {
  return str("cosignature/v1\ntime ", time, '\n', text);
}

Result<Cosignature> cosign(std::string_view text, std::string_view name, const PrivateKey& key, std::uint64_t time) {
  TRY(parse_checkpoint(text));
  if (time == 0 || time >> 63 != 0)
    return usage(str(time, " seconds since 1970 is no time to cosign at; set the clock"));
  TRY_LET(witness, NoteVerifier::for_witness(name, key.public_key()));
  TRY_LET(signature, key.sign(cosignature_message(text, time)));
  Bytes timed;
  append_big_endian(timed, time, time_length);
  return Cosignature{time, format_signature_line({name, witness.key_id(), timed + signature})};
}

Result<Cosignature> open_cosignature(std::string_view lines, std::string_view text, const NoteVerifier& witness) {
  if (!witness.is_witness()) return usage(str(printable(witness.name()), " is no witness's key: its type is not 4"));
  TRY_LET(parsed, parse_signature_lines(lines));
  Cosignature newest;
  for (const SignatureLine& line : parsed) {
    if (!line.names(witness)) continue;
    TRY(witness.verify(text, line.signature));
    const std::uint64_t time = from_big_endian(BytesView(line.signature).substr(0, time_length));
    if (time == 0) return not_verified(str("the cosignature by ", printable(witness.name()), " gives no time"));
    if (time > newest.time) newest = {time, format_signature_line(line)};
  }
  if (newest.time == 0) return not_verified(str("there is no cosignature by ", printable(witness.name())));
  return newest;
}

}  // namespace cairn
