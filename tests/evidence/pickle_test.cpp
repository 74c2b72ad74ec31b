#include "ledger/evidence/structure_checks.h"
#include "tests/evidence/structure_case.h"

namespace cairn {
namespace {

using tests::all_of;
using tests::findings_of;
using tests::golden;
using tests::number;
using tests::says;

std::string pickle(const std::string& body) {
  return "\x80\x04" + body + ".";
}

// SHORT_BINUNICODE
std::string text(const std::string& value) {
  return "\x8c" + std::string(1, static_cast<char>(value.size())) + value;
}

std::string good(int protocol) {
  return golden("structure/model_protocol" + std::to_string(protocol) + ".pkl");
}

}  // namespace

TEST_CASE("a pickle of plain data and known rebuilders has no findings, in every protocol") {
  const int protocol = GENERATE(range(0, 6));
  INFO(protocol);
  const auto found = findings_of("m.pkl", good(protocol));
  INFO(all_of(found));
  CHECK(found.empty());
}

TEST_CASE("a pickle cut short anywhere has a finding", "[B2]") {
  const int protocol = GENERATE(range(0, 6));
  const auto whole = good(protocol);
  const tests::StructureCase files;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (!files.check("m.pkl", whole.substr(0, size)).empty()) continue;
    INFO(size);
    CHECK(false);
  }
}

TEST_CASE("an import of os is found, however it is spelled", "[B2]") {
  CHECK(says(findings_of("m.pkl", "cos\nsystem\n(S'true'\ntR."), "imports os.system, which is not on the allow-list"));
  CHECK(says(findings_of("m.pkl", "(S'true'\nios\nsystem\n."), "imports os.system"));
  CHECK(says(findings_of("m.pkl", "(cposix\nsystem\nS'true'\no."), "imports posix.system"));
  CHECK(says(findings_of("m.pkl", pickle(text("os") + text("system") + "\x93" + text("true") + "\x85R")),
             "imports os.system"));
  // By way of the memo, a copy on the stack, and every other form of text.
  CHECK(says(findings_of("m.pkl", pickle(text("os") +
                                         "\x94"
                                         "0h" +
                                         std::string(1, '\0') + text("system") + "\x93")),
             "imports os.system"));
  CHECK(says(findings_of("m.pkl", pickle(text("os") +
                                         "q\x07"
                                         "0" +
                                         text("system") + "h\x07" + text("x") + "0" + text("popen") + "\x93")),
             "imports os.popen"));
  CHECK(says(findings_of("m.pkl", pickle("Vos\nVsystem\n\x93")), "imports os.system"));
  CHECK(says(findings_of("m.pkl", pickle("S'os'\nU\x06system\x93")), "imports os.system"));
  CHECK(says(findings_of("m.pkl", pickle("X" + number(2, 4) + "os\x8d" + number(6, 8) + "system\x93")),
             "imports os.system"));
  CHECK(says(findings_of("m.pkl", pickle("T" + number(2, 4) + "os2" + text("system") + "\x93")), "imports os.system"));
}

TEST_CASE("where in the file an import stands is said") {
  const auto found = findings_of("m.pkl", pickle("N0cos\nsystem\n"));
  REQUIRE(found.size() == 1);
  CHECK(found[0].file == "m.pkl");
  CHECK(found[0].position == 4);
}

TEST_CASE("only exact names are allowed") {
  for (const auto* name :
       {"builtins eval", "builtins exec", "builtins getattr", "builtins __import__", "__builtin__ eval", "sys modules",
        "subprocess Popen", "torch.storage _load_from_bytes", "torch load", "numpy load",
        "sklearn.linear_model LogisticRegression2", "sklearn anything", "collections OrderedDict.x", "collections",
        "functools partial", "copyreg __newobj_ex__", "numpy  dtype"}) {
    const std::string both(name);
    const auto space = both.find(' ');
    const auto module = both.substr(0, space);
    const auto member = space == std::string::npos ? "" : both.substr(space + 1);
    INFO(both);
    CHECK(!is_allowed_import(module, member));
    CHECK(findings_of("m.pkl", "c" + module + "\n" + member + "\n.").size() == 1);
  }
  CHECK(is_allowed_import("collections", "OrderedDict"));
  CHECK(is_allowed_import("sklearn.linear_model._logistic", "LogisticRegression"));
  CHECK(!is_allowed_import("collections", "OrderedDict defaultdict"));
  CHECK(!is_allowed_import("collections", ""));
}

TEST_CASE("an import whose name only running would tell is found") {
  const std::string unknown = "imports something whose name can only be known by running the pickle";
  CHECK(says(findings_of("m.pkl", pickle("cbuiltins\nstr\n)R" + text("system") + "\x93")), unknown));
  CHECK(says(findings_of("m.pkl", pickle("Vo\\u0073\nVsystem\n\x93")), unknown));
  CHECK(says(findings_of("m.pkl", pickle("S'o\\x73'\nS'system'\n\x93")), unknown));
  CHECK(says(findings_of("m.pkl", pickle("C\x02os" + text("system") + "\x93")), unknown));
  // Overwriting a memo slot must not leave the harmless name behind.
  CHECK(
      says(findings_of("m.pkl", pickle(text("collections") + "q" + std::string(1, '\0') + "0Nq" + std::string(1, '\0') +
                                       "0h" + std::string(1, '\0') + text("OrderedDict") + "\x93")),
           unknown));
}

TEST_CASE("calls are only made to imports, and imports are not changed") {
  CHECK(says(findings_of("m.pkl", pickle("ccollections\nOrderedDict\n)R)R")),
             "REDUCE calls something that is no import"));
  CHECK(says(findings_of("m.pkl", pickle(text("x") + ")\x81")), "NEWOBJ instantiates something that is no import"));
  CHECK(says(findings_of("m.pkl", pickle(text("x") + ")}\x92")), "NEWOBJ_EX instantiates something that is no import"));
  CHECK(says(findings_of("m.pkl", pickle("(" + text("x") + "o")), "OBJ instantiates something that is no import"));
  CHECK(says(findings_of("m.pkl", pickle("ccollections\nOrderedDict\n}b")), "BUILD changes something imported"));
  CHECK(findings_of("m.pkl", pickle("ccollections\nOrderedDict\n)R}b")).empty());
}

TEST_CASE("filling, copying or remembering an import does not hide that it is changed", "[B2]") {
  const std::string function = "ccopyreg\n_reconstructor\n";
  const std::string state = "N}" + text("__defaults__") + "K\x07\x85s\x86";  // (None, {"__defaults__": (7,)})
  const std::string filled = GENERATE(std::string("(e"), std::string("(u"), std::string("(\x90"), std::string("Na"),
                                      std::string("NNs"), std::string("\x98"), std::string("2"), std::string("N0"),
                                      std::string("q\x01"
                                                  "0h\x01"),
                                      std::string("p1\n0Ng1\n"), std::string("}b(e"));
  INFO(filled);
  CHECK(says(findings_of("m.pkl", pickle(function + filled + state + "b")), "BUILD changes something imported"));
  CHECK(says(findings_of("m.pkl", "c__builtin__\nlist\n(e(dVx\nNsb."), "BUILD changes something imported"));
  CHECK(findings_of("m.pkl", pickle("](NNe}(NNu\x85"
                                    "b"))
            .empty());
}

TEST_CASE("what may be an import, for all that can be known, is not changed either", "[B2]") {
  const std::string maybe = "BUILD changes something that may be imported";
  // torch's loader answers a persistent id of a module with the class in it.
  CHECK(
      says(findings_of("m.pt", pickle(text("module") + "ccollections\nOrderedDict\n" + text("x") + "\x87Q}b")), maybe));
  CHECK(says(findings_of("m.pt", pickle("Pid\n}b")), maybe));
  // numpy's scalar() of a dtype for objects is the object.
  for (const auto* module : {"numpy.core.multiarray", "numpy._core.multiarray"}) {
    const std::string scalar = std::string("c") + module + "\nscalar\n";
    const auto call = scalar + "cnumpy\ndtype\n" + text("O8") + "\x85Rccopyreg\n_reconstructor\n\x86R";
    CHECK(findings_of("m.pkl", pickle(call)).empty());
    CHECK(says(findings_of("m.pkl", pickle(call + "}b")), maybe));
    CHECK(says(findings_of("m.pkl", pickle(call + "q\x01"
                                                  "0h\x01(u}b")),
               maybe));
  }
}

TEST_CASE("an import is remembered however much the memo holds", "[B2]") {
  std::string many;
  for (int i = 0; i < 1'000'001; ++i)
    many +=
        "\x8c\x01x\x94"
        "0";
  const auto import = std::string("ccollections\nOrderedDict\n\x94") + "0j" + number(1'000'001, 4);
  CHECK(findings_of("m.pkl", pickle(many + import + ")R}b")).empty());
  CHECK(says(findings_of("m.pkl", pickle(many + import + "}b")), "BUILD changes something imported"));
}

TEST_CASE("when texts are too many to be remembered, names that may be imported still are, and others are found",
          "[B2]") {
  std::string many;
  for (int i = 0; i < 40'000; ++i) many += text(std::string(200, 'x') + std::to_string(i)) + "0";
  CHECK(findings_of("m.pkl", pickle(many + text("collections") + text("OrderedDict") + "\x93")).empty());
  CHECK(findings_of("m.pkl", pickle(many + text("os") + text("system") + "\x93")).size() == 1);
}

TEST_CASE("what a plain unpickler cannot resolve is found") {
  CHECK(says(findings_of("m.pkl", pickle("\x82\x01")), "imports extension 1"));
  CHECK(says(findings_of("m.pkl", pickle("\x83\x01\x01")), "imports extension 257"));
  CHECK(says(findings_of("m.pkl", pickle("\x84" + number(65536, 4))), "imports extension 65536"));
  CHECK(says(findings_of("m.pkl", pickle("Pid\n")), "persistent id"));
  CHECK(says(findings_of("m.pkl", pickle("NQ")), "persistent id"));
  CHECK(says(findings_of("m.pkl", pickle("\x97")), "needs a buffer that is not in the file"));
  CHECK(says(findings_of("m.pkl", "\x80\x06N."), "pickle protocol 6 is not known"));
}

TEST_CASE("lengths beyond the file are found without reading or allocating them") {
  const std::uint64_t gigabyte = 1 << 30;
  for (const auto* opcode : {"X", "B", "T", "\x8b"}) {
    INFO(opcode);
    CHECK(says(findings_of("m.pkl", pickle(opcode + number(gigabyte, 4))),
               "a value claims 1073741824 bytes where 1 are left"));
  }
  for (const auto* opcode : {"\x8d", "\x8e", "\x96"}) {
    INFO(opcode);
    CHECK(says(findings_of("m.pkl", pickle(opcode + number(~std::uint64_t{0}, 8))),
               "a value claims 18446744073709551615 bytes"));
  }
  CHECK(says(findings_of("m.pkl", pickle("\x95" + number(gigabyte, 8))),
             "a frame claims 1073741824 bytes where 1 are left"));
  CHECK(says(findings_of("m.pkl", pickle("Nr" + number(0xffffffff, 4))), "the memo's index 4294967295 is larger"));
}

TEST_CASE("a pickle that Python itself would not load is found") {
  const auto* bodies = GENERATE("a", "\x85", "R", "t", "1", "0", "2", "q\x01", "(\x85", "(q\x01", "h\x05", "g5\n",
                                "Np-1\n", "Ng 1\n", "\xff", "(", "(o", "\x93", "b");
  INFO(bodies);
  CHECK(!findings_of("m.pkl", pickle(bodies)).empty());
}

TEST_CASE("what follows the first pickle is looked into as well") {
  const auto one = pickle("N");
  CHECK(findings_of("m.pkl", one + one).empty());
  CHECK(says(findings_of("m.pkl", one + pickle("cos\nsystem\n")), "imports os.system"));
  CHECK(says(findings_of("m.pkl", one + "garbage"), ""));
  CHECK(findings_of("m.pkl", one + std::string(1, '\0')).size() == 1);
}

TEST_CASE("endless findings and values end") {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "cos\nsystem\n";
  const auto found = findings_of("m.pkl", pickle(many));
  CHECK(found.size() == 256);
  CHECK(says(found, "too much to find"));
  CHECK(says(findings_of("m.pkl", std::string(4'000'001, 'N') + "."), "more than 4000000 values lie on the stack"));
}

TEST_CASE("a pickle under any of its endings is looked into, and a .bin that imports like one") {
  const auto bad =
      "\x80\x04"
      "cos\nsystem\n.";
  for (const auto* name : {"a.pkl", "a.PKL", "a.pickle", "a.joblib", "a.pt", "a.pth", "a.ckpt", "pytorch_model.bin"}) {
    INFO(name);
    CHECK(says(findings_of(name, bad), "imports os.system"));
  }
  CHECK(findings_of("notes.txt", bad).empty());
  CHECK(!has_known_structure("weights.bin"));
  CHECK(has_known_structure("a/b.PT"));
}

}  // namespace cairn
