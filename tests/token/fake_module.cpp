// A PKCS#11 module whose tokens misbehave, each in the way that its label says. Their one key is the P-256 key of RFC
// 6979, A.2.5, and their one signature the one of "sample" there, which has a high s.
#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;

constexpr std::array<std::string_view, 12> tokens = {"locked", "locked-flag", "no-pin",     "keypad",
                                                     "high-s", "wrong",       "short",      "huge",
                                                     "gone",   "asks-each",   "twin-label", "twin-label"};

constexpr std::string_view point =
    "\x04\x41\x04"
    "\x60\xfe\xd4\xba\x25\x5a\x9d\x31\xc9\x61\xeb\x74\xc6\x35\x6d\x68\xc0\x49\xb8\x92\x3b\x61\xfa\x6c\xe6\x69\x62\x2e"
    "\x60\xf2\x9f\xb6"
    "\x79\x03\xfe\x10\x08\xb8\xbc\x99\xa4\x1a\xe9\xe9\x56\x28\xbc\x64\xf2\xf1\xb2\x0c\x2d\x7e\x9f\x51\x77\xa3\xc2\x94"
    "\xd4\x46\x22\x99"sv;
constexpr std::string_view signature =
    "\xef\xd4\x8b\x2a\xac\xb6\xa8\xfd\x11\x40\xdd\x9c\xd4\x5e\x81\xd6\x9d\x2c\x87\x7b\x56\xaa\xf9\x91\xc3\x4d\x0e\xa8"
    "\x4e\xaf\x37\x16"
    "\xf7\xcb\x1c\x94\x2d\x65\x7c\x41\xd4\x36\xc7\xa1\xb6\xe2\x9f\x65\xf3\xe9\x00\xdb\xb9\xaf\xf4\x06\x4d\xc4\xab\x2f"
    "\x84\x3a\xcd\xa8"sv;

CK_SLOT_ID opened = 0;       // one session at a time
CK_OBJECT_CLASS sought = 0;  // by C_FindObjectsInit
bool given = false;          // and found

std::string_view token() {
  return tokens[opened];
}

void fill(unsigned char* field, std::size_t size, std::string_view text) {
  std::memset(field, ' ', size);
  std::memcpy(field, text.data(), text.size());
}

CK_RV initialize(void*) {
  return CKR_OK;
}

CK_RV slot_list(unsigned char, CK_SLOT_ID* slots, CK_ULONG* count) {
  if (slots != nullptr) {
    for (CK_SLOT_ID slot = 0; slot < tokens.size(); ++slot) slots[slot] = slot;
  }
  *count = tokens.size();
  return CKR_OK;
}

CK_RV token_info(CK_SLOT_ID slot, CK_TOKEN_INFO* facts) {
  *facts = {};
  fill(facts->label, sizeof facts->label, tokens[slot]);
  fill(facts->manufacturerID, sizeof facts->manufacturerID, "tests");
  fill(facts->model, sizeof facts->model, "fake");
  fill(facts->serialNumber, sizeof facts->serialNumber, std::to_string(1000 + slot));
  facts->flags = CKF_LOGIN_REQUIRED | CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED;
  if (tokens[slot] == "locked-flag") facts->flags |= CKF_USER_PIN_LOCKED;
  if (tokens[slot] == "keypad") facts->flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
  return CKR_OK;
}

CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS, void*, CK_NOTIFY, CK_SESSION_HANDLE* session) {
  opened = slot;
  *session = 1;
  return CKR_OK;
}

CK_RV close_session(CK_SESSION_HANDLE) {
  return CKR_OK;
}

CK_RV login(CK_SESSION_HANDLE, CK_USER_TYPE, unsigned char* pin, CK_ULONG size) {
  if (token() == "locked") return CKR_PIN_LOCKED;
  if (token() == "no-pin") return CKR_USER_PIN_NOT_INITIALIZED;
  if (token() == "keypad") return pin == nullptr && size == 0 ? CKR_OK : CKR_ARGUMENTS_BAD;
  return size == 6 && std::memcmp(pin, "246813", 6) == 0 ? CKR_OK : CKR_PIN_INCORRECT;
}

CK_RV find_init(CK_SESSION_HANDLE, CK_ATTRIBUTE* wanted, CK_ULONG) {
  std::memcpy(&sought, wanted[0].pValue, sizeof sought);
  given = false;
  return CKR_OK;
}

CK_RV find(CK_SESSION_HANDLE, CK_OBJECT_HANDLE* objects, CK_ULONG, CK_ULONG* count) {
  *count = given ? 0 : 1;
  if (!given) objects[0] = sought;
  given = true;
  return CKR_OK;
}

CK_RV find_final(CK_SESSION_HANDLE) {
  return CKR_OK;
}

CK_RV get_value(CK_SESSION_HANDLE, CK_OBJECT_HANDLE, CK_ATTRIBUTE* wanted, CK_ULONG) {
  const CK_KEY_TYPE type = CKK_EC;
  // "high-s" gives its point bare, as some do.
  const std::string_view value = wanted->type == CKA_KEY_TYPE
                                     ? std::string_view(reinterpret_cast<const char*>(&type), sizeof type)
                                     : point.substr(token() == "high-s" ? 2 : 0);
  wanted->ulValueLen = value.size();
  std::memcpy(wanted->pValue, value.data(), value.size());
  return CKR_OK;
}

CK_RV sign_init(CK_SESSION_HANDLE, CK_MECHANISM*, CK_OBJECT_HANDLE) {
  if (token() == "gone") return CKR_DEVICE_REMOVED;
  return token() == "asks-each" ? CKR_USER_NOT_LOGGED_IN : CKR_OK;
}

CK_RV sign(CK_SESSION_HANDLE, unsigned char*, CK_ULONG, unsigned char* into, CK_ULONG* size) {
  std::memcpy(into, signature.data(), signature.size());
  if (token() == "wrong") into[0] ^= 1;
  *size = token() == "short" ? 63 : token() == "huge" ? 1UL << 40 : signature.size();
  return CKR_OK;
}

CK_FUNCTION_LIST make_functions() {
  CK_FUNCTION_LIST all{};
  all.version = {2, 40};
  all.C_Initialize = initialize;
  all.C_GetSlotList = slot_list;
  all.C_GetTokenInfo = token_info;
  all.C_OpenSession = open_session;
  all.C_CloseSession = close_session;
  all.C_Login = login;
  all.C_FindObjectsInit = find_init;
  all.C_FindObjects = find;
  all.C_FindObjectsFinal = find_final;
  all.C_GetAttributeValue = get_value;
  all.C_SignInit = sign_init;
  all.C_Sign = sign;
  return all;
}

}  // namespace

extern "C" CK_RV C_GetFunctionList(CK_FUNCTION_LIST** list) {
  static CK_FUNCTION_LIST functions = make_functions();
  *list = &functions;
  return CKR_OK;
}
