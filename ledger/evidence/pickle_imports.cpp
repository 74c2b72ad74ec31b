#include <algorithm>
#include <array>
#include <utility>

#include "ledger/base/text.h"
#include "ledger/evidence/structure_checks.h"

namespace cairn {
namespace {

struct Module {
  std::string_view module;
  std::string_view names;  // separated by one space, with one at both ends
};

// Everything here only builds values out of what it is given. What looks up attributes, imports, opens, or loads again
// (builtins.getattr, torch.storage._load_from_bytes, joblib, functools.partial, ...) must never be added; nor a whole
// package.
constexpr std::string_view plain_types =
    " bool bytearray bytes complex dict float frozenset int list object range set slice str tuple ";
constexpr std::string_view numpy_types =
    " dtype ndarray bool_ float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 ";

constexpr std::array modules{
    Module{"builtins", plain_types},
    Module{"__builtin__",
           " bool bytearray complex dict float frozenset int list long object set slice str tuple unicode xrange "},
    Module{"collections", " OrderedDict defaultdict "},
    Module{"copyreg", " _reconstructor "},
    Module{"copy_reg", " _reconstructor "},
    Module{"_codecs", " encode "},
    Module{"datetime", " date datetime timedelta timezone "},
    Module{"numpy", numpy_types},
    Module{"numpy.core.multiarray", " _reconstruct scalar "},
    Module{"numpy._core.multiarray", " _reconstruct scalar "},
    Module{"numpy.core.numeric", " _frombuffer "},
    Module{"numpy._core.numeric", " _frombuffer "},
    Module{"torch._utils", " _rebuild_parameter _rebuild_tensor _rebuild_tensor_v2 "},
    Module{"torch.nn.parameter", " Parameter "},
    Module{"torch.storage", " TypedStorage UntypedStorage "},
    Module{
        "torch",
        " BFloat16Storage BoolStorage ByteStorage CharStorage ComplexDoubleStorage ComplexFloatStorage DoubleStorage "
        "FloatStorage HalfStorage IntStorage LongStorage ShortStorage Size Tensor bfloat16 bool complex64 complex128 "
        "device "
        "float16 float32 float64 int16 int32 int64 int8 uint8 "},
    Module{"sklearn.linear_model._logistic", " LogisticRegression "},
    Module{"sklearn.linear_model._base", " LinearRegression "},
    Module{"sklearn.linear_model._ridge", " Ridge RidgeClassifier "},
    Module{"sklearn.linear_model._stochastic_gradient", " SGDClassifier SGDRegressor "},
    Module{"sklearn.preprocessing._data", " MaxAbsScaler MinMaxScaler RobustScaler StandardScaler "},
    Module{"sklearn.preprocessing._label", " LabelBinarizer LabelEncoder "},
    Module{"sklearn.pipeline", " Pipeline "},
    Module{"sklearn.naive_bayes", " BernoulliNB GaussianNB MultinomialNB "},
};

}  // namespace

bool is_allowed_import(std::string_view module, std::string_view name) {
  if (name.empty() || name.find(' ') != std::string_view::npos) return false;
  const auto found =
      std::find_if(modules.begin(), modules.end(), [&](const Module& known) { return known.module == module; });
  return found != modules.end() && found->names.find(" " + std::string(name) + " ") != std::string_view::npos;
}

bool could_name_module(std::string_view text) {
  const auto fits = [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || is_name(std::string_view(&c, 1)) || c == '_' || c == '.';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits) && is_utf8(text);
}

bool names_allowed_import(std::string_view text) {
  const auto spaced = " " + std::string(text) + " ";
  return std::any_of(modules.begin(), modules.end(), [&](const Module& known) {
    return known.module == text || known.names.find(spaced) != std::string_view::npos;
  });
}

}  // namespace cairn
