#include "ledger/crypto/pkcs11_token.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <array>
#include <vector>

#include "ledger/base/text.h"
#include "ledger/crypto/signature_rules.h"

namespace cairn {
namespace {

constexpr std::size_t longest_point = 256;  // of CKA_EC_POINT, in bytes
constexpr std::size_t longest_token_signature = 1024;

struct Meaning {
  CK_RV code;
  std::string_view text;
};

constexpr std::array meanings = {
    Meaning{CKR_HOST_MEMORY, "out of memory"},
    Meaning{CKR_DEVICE_ERROR, "the device failed"},
    Meaning{CKR_DEVICE_MEMORY, "the device is out of memory"},
    Meaning{CKR_DEVICE_REMOVED, "the token was taken out"},
    Meaning{CKR_TOKEN_NOT_PRESENT, "the token is not there"},
    Meaning{CKR_TOKEN_NOT_RECOGNIZED, "the token is not known to the module"},
    Meaning{CKR_PIN_EXPIRED, "the PIN has expired: set a new one with the token's own tools"},
    Meaning{CKR_PIN_INCORRECT, "the PIN is wrong"},
    Meaning{CKR_PIN_LEN_RANGE, "the PIN is wrong: it has not the length of one"},
    Meaning{CKR_PIN_INVALID, "the PIN is wrong: it holds what no PIN holds"},
    Meaning{CKR_PIN_LOCKED, "the PIN is locked after too many wrong ones: unlock it with the token's own tools"},
    Meaning{CKR_USER_PIN_NOT_INITIALIZED, "no PIN of a user was ever set: set one with the token's own tools"},
    Meaning{CKR_USER_NOT_LOGGED_IN, "the token wants a PIN for each signature, which is not supported"},
    Meaning{CKR_MECHANISM_INVALID, "the token cannot sign with a key of this type"},
    Meaning{CKR_KEY_TYPE_INCONSISTENT, "the key on the token has another type"},
    Meaning{CKR_KEY_FUNCTION_NOT_PERMITTED, "the key on the token is not meant for signing"},
    Meaning{CKR_SESSION_HANDLE_INVALID, "the session is gone"},
    Meaning{CKR_CANT_LOCK, "the module cannot be used by several threads"},
    Meaning{CKR_FUNCTION_CANCELED, "somebody cancelled it at the token"},
};

std::string meaning_of(CK_RV code) {
  const auto* known = std::find_if(meanings.begin(), meanings.end(), [&](const Meaning& m) { return m.code == code; });
  if (known != meanings.end()) return std::string(known->text);
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), code, 16).ptr;
  return "PKCS#11 error 0x" + std::string(digits.data(), end);
}

bool is_wrong_pin(CK_RV code) {
  return code == CKR_PIN_INCORRECT || code == CKR_PIN_LEN_RANGE || code == CKR_PIN_INVALID;
}

Error token_fault(std::string_view what, CK_RV code) {
  return fault(str(what, ": ", meaning_of(code)));
}

// A field of a fixed size, filled up with blanks.
template <std::size_t size>
std::string field(const unsigned char (&bytes)[size]) {
  std::string text(reinterpret_cast<const char*>(bytes), size);
  text.erase(text.find_last_not_of(std::string_view(" \0", 2)) + 1);
  return text;
}

Result<CK_FUNCTION_LIST*> load_module(const std::string& path) {
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);  // never closed: it keeps state and threads of its own
  if (handle == nullptr) {
    const char* why = ::dlerror();
    return fault(str("the PKCS#11 module cannot be loaded: ", why == nullptr ? path.c_str() : why));
  }
  const auto get_functions = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(handle, "C_GetFunctionList"));
  CK_FUNCTION_LIST* functions = nullptr;
  if (get_functions == nullptr || get_functions(&functions) != CKR_OK || functions == nullptr) {
    return fault(str(path, " is no PKCS#11 module: it offers no list of functions"));
  }
  CK_C_INITIALIZE_ARGS threads{};
  threads.flags = CKF_OS_LOCKING_OK;
  const auto ready = functions->C_Initialize(&threads);
  if (ready != CKR_OK && ready != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
    return token_fault(str("the PKCS#11 module ", path, " does not start"), ready);
  }
  return functions;
}

Result<std::vector<CK_SLOT_ID>> slots_of(CK_FUNCTION_LIST& module) {
  std::vector<CK_SLOT_ID> slots;
  // Tokens come and go between the two questions.
  for (int attempt = 0; attempt < 10; ++attempt) {
    CK_ULONG count = 0;
    if (const auto code = module.C_GetSlotList(CK_TRUE, nullptr, &count); code != CKR_OK) {
      return token_fault("the tokens cannot be listed", code);
    }
    slots.resize(count);
    const auto code = module.C_GetSlotList(CK_TRUE, slots.data(), &count);
    if (code == CKR_BUFFER_TOO_SMALL) continue;
    if (code != CKR_OK) return token_fault("the tokens cannot be listed", code);
    slots.resize(std::min<std::size_t>(count, slots.size()));
    return slots;
  }
  return fault("the tokens cannot be listed: they change all the time");
}

struct FoundToken {
  CK_SLOT_ID slot = 0;
  CK_TOKEN_INFO facts{};
};

Result<FoundToken> find_token(CK_FUNCTION_LIST& module, const Pkcs11Uri& uri) {
  TRY_LET(slots, slots_of(module));
  const auto fits = [](const std::string& wanted, const std::string& found) {
    return wanted.empty() || wanted == found;
  };
  std::vector<FoundToken> fitting;
  std::string there;
  for (const CK_SLOT_ID slot : slots) {
    FoundToken token{slot, {}};
    if (module.C_GetTokenInfo(slot, &token.facts) != CKR_OK) continue;
    const auto label = field(token.facts.label);
    const auto serial = field(token.facts.serialNumber);
    there += str(there.empty() ? "" : ", ", "\"", printable(label), "\" (serial ", printable(serial), ")");
    if (fits(uri.token, label) && fits(uri.serial, serial) &&
        fits(uri.manufacturer, field(token.facts.manufacturerID)) && fits(uri.model, field(token.facts.model))) {
      fitting.push_back(token);
    }
  }
  if (fitting.size() == 1) return fitting.front();
  if (there.empty()) there = "none";
  if (fitting.empty()) return fault(str("no such token is there; of the module's tokens there are: ", there));
  return fault(str("more than one such token is there, so give its serial; there are: ", there));
}

Result<Bytes> attribute_of(CK_FUNCTION_LIST& module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                           CK_ATTRIBUTE_TYPE type) {
  std::array<char, longest_point> buffer{};
  CK_ATTRIBUTE attribute{type, buffer.data(), buffer.size()};
  const auto code = module.C_GetAttributeValue(session, object, &attribute, 1);
  if (code != CKR_OK || attribute.ulValueLen > buffer.size()) {
    return token_fault("the public key on the token cannot be read", code == CKR_OK ? CKR_DEVICE_ERROR : code);
  }
  return Bytes(buffer.data(), attribute.ulValueLen);
}

// CKA_EC_POINT is the point in a DER OCTET STRING, and some modules leave that off.
BytesView bare_point(BytesView value) {
  const bool wrapped = (value.size() == 2 + 32 && value.starts_with("\x04\x20")) ||
                       (value.size() == 2 + 65 && value.starts_with("\x04\x41"));
  return wrapped ? value.substr(2) : value;
}

CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, const void* value, std::size_t size) {
  return {type, const_cast<void*>(value), static_cast<CK_ULONG>(size)};
}

}  // namespace

struct Pkcs11Token::Session {
  CK_FUNCTION_LIST* module = nullptr;
  CK_SESSION_HANDLE handle = CK_INVALID_HANDLE;
  CK_OBJECT_HANDLE private_key = CK_INVALID_HANDLE;
  CK_TOKEN_INFO token{};
  Pkcs11Uri uri;

  // The one object of this class that the URI names.
  Result<CK_OBJECT_HANDLE> find(CK_OBJECT_CLASS wanted, std::string_view what) const {
    std::vector<CK_ATTRIBUTE> sought = {attribute(CKA_CLASS, &wanted, sizeof wanted)};
    if (!uri.object.empty()) sought.push_back(attribute(CKA_LABEL, uri.object.data(), uri.object.size()));
    if (!uri.id.empty()) sought.push_back(attribute(CKA_ID, uri.id.data(), uri.id.size()));
    if (const auto code = module->C_FindObjectsInit(handle, sought.data(), sought.size()); code != CKR_OK) {
      return token_fault(str("the ", what, " cannot be looked for on the token"), code);
    }
    std::array<CK_OBJECT_HANDLE, 2> found{};
    CK_ULONG count = 0;
    const auto code = module->C_FindObjects(handle, found.data(), found.size(), &count);
    module->C_FindObjectsFinal(handle);
    if (code != CKR_OK) return token_fault(str("the ", what, " cannot be looked for on the token"), code);
    if (count == 1) return found[0];
    if (count > 1) return fault(str("more than one ", what, " fits on the token; give its id and its object's label"));
    return fault(str("no ", what, " with that id and label is on the token"));
  }
};

Pkcs11Token::Pkcs11Token(std::unique_ptr<Session> session) : session_(std::move(session)) {}

// The module is left as it is: another key of this process may be on a token of the same one.
Pkcs11Token::~Pkcs11Token() {
  session_->module->C_CloseSession(session_->handle);
}

Result<std::unique_ptr<Pkcs11Token>> Pkcs11Token::open(const Pkcs11Uri& uri) {
  TRY_LET(module, load_module(uri.module_path));
  TRY_LET(token, find_token(*module, uri));
  auto session = std::make_unique<Session>();
  session->module = module;
  session->token = token.facts;
  session->uri = uri;
  const auto code = module->C_OpenSession(token.slot, CKF_SERIAL_SESSION, nullptr, nullptr, &session->handle);
  if (code != CKR_OK) return token_fault("the token cannot be opened", code);
  return std::unique_ptr<Pkcs11Token>(new Pkcs11Token(std::move(session)));
}

Result<PublicKey> Pkcs11Token::public_key() {
  const Session& on = *session_;
  TRY_LET(object, on.find(CKO_PUBLIC_KEY, "public key"));
  TRY_LET(kind, attribute_of(*on.module, on.handle, object, CKA_KEY_TYPE));
  CK_KEY_TYPE type = CKK_RSA;
  if (kind.size() == sizeof type) std::copy(kind.begin(), kind.end(), reinterpret_cast<char*>(&type));
  if (type != CKK_EC && type != CKK_EC_EDWARDS) {
    return fault("the key on the token is not one that we take: only Ed25519, or ECDSA P-256");
  }
  TRY_LET(value, attribute_of(*on.module, on.handle, object, CKA_EC_POINT));
  return type == CKK_EC ? PublicKey::from_p256(bare_point(value)) : PublicKey::from_ed25519(bare_point(value));
}

Result<void> Pkcs11Token::log_in(const AskSecret& pin) {
  Session& on = *session_;
  if ((on.token.flags & CKF_LOGIN_REQUIRED) != 0) {
    // Asked before the PIN is, so that nobody types one for nothing.
    if ((on.token.flags & CKF_USER_PIN_LOCKED) != 0) return token_fault("the token takes no PIN", CKR_PIN_LOCKED);
    const bool keypad = (on.token.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
    Secret typed;
    if (!keypad) {
      TRY_LET(asked, pin());
      typed = std::move(asked);
    }
    const auto text = typed.view();
    auto* bytes = keypad ? nullptr : reinterpret_cast<unsigned char*>(const_cast<char*>(text.data()));
    const auto code = on.module->C_Login(on.handle, CKU_USER, bytes, static_cast<CK_ULONG>(text.size()));
    if (is_wrong_pin(code))
      return usage(str("the token takes no such PIN: ", meaning_of(code), ", and few may be tried"));
    if (code != CKR_OK && code != CKR_USER_ALREADY_LOGGED_IN) return token_fault("the token takes no PIN", code);
  }
  TRY_LET(object, on.find(CKO_PRIVATE_KEY, "private key"));
  on.private_key = object;
  return {};
}

Result<Bytes> Pkcs11Token::sign(KeyType type, BytesView message) {
  const Session& on = *session_;
  const bool ed25519 = type == KeyType::ed25519;
  CK_MECHANISM mechanism{static_cast<CK_MECHANISM_TYPE>(ed25519 ? CKM_EDDSA : CKM_ECDSA), nullptr, 0};
  Bytes input(ed25519 ? message : sha256(message).view());
  Bytes signature(longest_token_signature, '\0');
  CK_ULONG size = signature.size();
  auto code = on.module->C_SignInit(on.handle, &mechanism, on.private_key);
  if (code == CKR_OK) {
    code = on.module->C_Sign(on.handle, reinterpret_cast<unsigned char*>(input.data()), input.size(),
                             reinterpret_cast<unsigned char*>(signature.data()), &size);
  }
  if (code != CKR_OK) return token_fault("signed nothing", code);
  signature.resize(std::min<std::size_t>(size, signature.size()));
  if (ed25519) return signature;

  EcdsaPair pair;  // PKCS#11 has r and s side by side
  if (signature.size() != pair.r.size() + pair.s.size()) {
    return fault(str("answered ", signature.size(), " bytes, and a P-256 signature has 64"));
  }
  std::copy_n(signature.begin(), pair.r.size(), pair.r.begin());
  std::copy_n(signature.begin() + static_cast<std::ptrdiff_t>(pair.r.size()), pair.s.size(), pair.s.begin());
  return encode_ecdsa(pair);
}

}  // namespace cairn
