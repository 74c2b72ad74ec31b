#include "commands/attachment_copy.h"

namespace cairn {

Result<CopiedFiles> copy_attachments(const Attachments& from, const Attachments& to) {
  CopiedFiles files;
  TRY_LET(digests, from.list());
  for (const Hash& digest : digests) {
    TRY_LET(there, to.has(digest));
    if (there) continue;
    const auto content = from.get(digest);
    if (!content && content.error().kind != ErrorKind::not_verified) return content.error();
    if (!content) {
      files.damaged.push_back(digest);
      continue;
    }
    TRY(to.put(*content));
    ++files.copied;
  }
  return files;
}

Result<void> erase_what_is_erased(const World& world, const Attachments& to) {
  for (const auto& [digest, entry] : world.erased.rows()) TRY(to.erase(digest));
  return {};
}

}  // namespace cairn
