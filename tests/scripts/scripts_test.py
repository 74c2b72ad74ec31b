"""quickstart, check and .ci/run, with every program that they call replaced by one that only notes how it was called."""
import os, shutil, subprocess, tempfile, unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REAL = ("bash", "env", "readlink", "dirname", "mkdir", "rm", "head", "tail", "grep", "tee", "cat")
FAKES = {
    "id": 'echo "$FAKE_UID"',
    "nproc": "echo 2",
    "dpkg-query": 'case " $FAKE_MISSING " in *" ${!#} "*) exit 1 ;; *) echo installed ;; esac',
    "apt-get": 'case "$* " in *" install "*) echo "E: no such package"; exit "${FAKE_APT:-0}" ;; *) exit "${FAKE_UPDATE:-0}" ;; esac',
    "sudo": '"$@"',
    "cmake": 'case " $* " in *" ${FAKE_BROKEN:-none} "*) exit 1 ;; esac',
    "run-clang-tidy": 'exit "${FAKE_FOUND:-0}"',
    "ctest": 'echo "100% tests passed, 0 tests failed out of 7"; case " $* " in *" ${FAKE_RED:-none} "*) exit 8 ;; esac',
    "examples/tour": "echo the tour",
}


class Scripts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cairn scripts ")  # a folder with blanks in its name
        self.addCleanup(folder.cleanup)
        self.root = os.path.join(folder.name, "tree")
        self.bin = os.path.join(folder.name, "bin")
        self.notes = os.path.join(folder.name, "notes")
        os.makedirs(os.path.join(self.root, "examples"))
        os.makedirs(self.bin)
        os.makedirs(os.path.join(self.root, ".ci"))
        for name in ("quickstart", "check", ".ci/run", ".ci/packages.sh"):
            shutil.copy(os.path.join(ROOT, name), os.path.join(self.root, name))
        for name in REAL:
            os.symlink(shutil.which(name), os.path.join(self.bin, name))
        for name, body in FAKES.items():
            path = os.path.join(self.root if "/" in name else self.bin, name)
            with open(path, "w") as file:
                file.write(f'#!{shutil.which("bash")}\necho "{name} $*" >>"{self.notes}"\n{body}\n')
            os.chmod(path, 0o755)

        self.commands = os.path.join(self.root, "build", "clang", "compile_commands.json")
        os.makedirs(os.path.dirname(self.commands))
        with open(self.commands, "w") as file:
            file.write('  "file": "/a/build/clang/CMakeFiles/cairn_base.dir/Unity/unity_0_cxx.cxx"\n'
                       '  "file": "/a/build/clang/tests/CMakeFiles/test_base.dir/Unity/unity_0_cxx.cxx"\n'
                       '  "file": "/a/commands/cli.cpp"\n')

    def run_script(self, name, *arguments, missing="", uid=0, **environment):
        if os.path.exists(self.notes):
            os.remove(self.notes)
        environment = {"PATH": self.bin, "FAKE_UID": str(uid), "FAKE_MISSING": missing, "LANG": "tlh_XX.KOI8-R",
                       "LC_ALL": "no_SUCH", "CDPATH": "/usr:/", **environment}
        done = subprocess.run([os.path.join(self.root, name), *arguments], env=environment, cwd="/", capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, timeout=60)
        self.output = done.stdout + done.stderr
        self.summary = done.stdout.partition("== Summary")[2].splitlines()[1:]
        return done.returncode

    def calls(self, program):
        if not os.path.exists(self.notes):
            return []
        with open(self.notes) as file:
            return [line.strip() for line in file if line.startswith(program + " ")]

    def test_with_all_packages_there_quickstart_builds_and_tours_and_installs_nothing(self):
        self.assertEqual(self.run_script("quickstart"), 0, self.output)
        self.assertEqual(self.calls("apt-get"), [])
        self.assertEqual(self.calls("cmake"), [
            "cmake --preset release --log-level=WARNING",
            "cmake --build --preset release --parallel 2 --target cairn cairn-verify cairn-witness"])
        self.assertEqual(self.calls("examples/tour"), ["examples/tour"])
        self.assertEqual(self.output.count("== done in "), 3)

    def test_missing_packages_are_named_with_their_reason_and_only_they_are_installed(self):
        self.assertEqual(self.run_script("quickstart", missing="ninja-build librocksdb-dev"), 0, self.output)
        self.assertRegex(self.output, r"ninja-build +runs the build\n +librocksdb-dev +the embedded store\n")
        update, install = self.calls("apt-get")
        self.assertTrue(update.endswith(" update"), update)
        self.assertTrue(install.endswith(" install ninja-build librocksdb-dev"), install)
        self.assertEqual(self.calls("sudo"), [])

    def test_who_is_not_root_installs_through_sudo_or_is_told_the_command(self):
        self.assertEqual(self.run_script("quickstart", missing="cmake", uid=1000), 0, self.output)
        self.assertEqual(len(self.calls("sudo")), 2)
        os.remove(os.path.join(self.bin, "sudo"))
        self.assertEqual(self.run_script("quickstart", missing="cmake", uid=1000), 1)
        self.assertIn("As root, run:\n  apt-get install cmake\n", self.output)
        self.assertEqual(self.calls("cmake"), [])

    def test_an_installation_that_fails_stops_with_its_last_words(self):
        self.assertEqual(self.run_script("quickstart", missing="cmake", FAKE_APT="100"), 1)
        self.assertIn("E: no such package\n", self.output)
        self.assertIn("apt-get could not install: cmake\n", self.output)
        self.assertEqual(self.calls("cmake"), [])

    def test_package_lists_that_cannot_be_refreshed_stop_nothing(self):
        self.assertEqual(self.run_script("quickstart", missing="cmake", FAKE_UPDATE="100"), 0, self.output)
        self.assertIn("apt-get update failed", self.output)

    def test_a_system_without_dpkg_is_told_what_is_needed_and_goes_on(self):
        os.remove(os.path.join(self.bin, "dpkg-query"))
        self.assertEqual(self.run_script("quickstart", "--build-only"), 0, self.output)
        self.assertIn("librocksdb-dev", self.output)
        self.assertEqual((self.calls("apt-get"), self.calls("examples/tour")), ([], []))
        self.assertEqual(len(self.calls("cmake")), 2)

    def test_a_build_that_fails_ends_quickstart_before_the_tour(self):
        self.assertNotEqual(self.run_script("quickstart", FAKE_BROKEN="--build"), 0)
        self.assertEqual(self.calls("examples/tour"), [])

    def test_wrong_options_exit_2_and_help_does_nothing_else(self):
        for script in ("quickstart", "check"):
            self.assertEqual(self.run_script(script, "--fast"), 2)
            self.assertIn('"--fast" is no option', self.output)
            self.assertEqual(self.run_script(script, "--help"), 0)
            self.assertEqual(self.calls("cmake"), [])
        for seconds in ((), ("0",), ("soon",), ("-1",)):
            self.assertEqual(self.run_script("check", "--fuzz", *seconds), 2)

    def test_integration_builds_with_both_compilers_tests_twice_and_sums_up(self):
        self.assertEqual(self.run_script(".ci/run"), 0, self.output)
        self.assertEqual([call.split()[2] for call in self.calls("ctest")], ["dev", "asan"])
        self.assertEqual([call.split()[3] for call in self.calls("cmake --build")], ["dev", "asan", "clang"])
        self.assertEqual(len(self.summary), 4)
        self.assertIn("clang-tidy has nothing to say of 2 units", self.summary[3])
        self.assertTrue(all(line.startswith("ok ") for line in self.summary), self.summary)
        self.assertEqual(sum("100% tests passed, 0 tests failed out of 7" in line for line in self.summary), 2)

    def test_check_goes_on_after_a_part_that_fails_and_exits_1(self):
        for broken in ({"FAKE_RED": "dev"}, {"FAKE_BROKEN": "dev"}):
            self.assertEqual(self.run_script("check", "--full", **broken), 1)
            self.assertEqual([line.split()[0] for line in self.summary], ["FAILED", "ok", "ok", "ok"])

    def test_a_finding_of_clang_tidy_and_nothing_to_find_any_in_are_failures(self):
        self.assertEqual(self.run_script("check", "--full", FAKE_FOUND="1"), 1)
        self.assertEqual([line.split()[0] for line in self.summary], ["ok", "ok", "ok", "FAILED"])
        with open(self.commands, "w") as file:
            file.write("[]\n")
        self.assertEqual(self.run_script("check", "--full"), 1)
        self.assertEqual(self.calls("run-clang-tidy"), [])

    def test_check_is_one_build_and_tsan_one_more(self):
        self.assertEqual(self.run_script("check"), 0, self.output)
        self.assertEqual([call.split()[2] for call in self.calls("ctest")], ["dev"])
        self.assertEqual(self.run_script("check", "--tsan"), 0, self.output)
        self.assertEqual([call.split()[2] for call in self.calls("ctest")], ["dev", "tsan"])

    def test_fuzzing_without_any_target_is_a_failure(self):
        self.assertEqual(self.run_script("check", "--fuzz", "5"), 1)
        self.assertIn("0 fuzz targets ran", self.output)

    def test_soaking_without_a_program_to_soak_is_a_failure(self):
        self.assertEqual(self.run_script("check", "--soak"), 1)
        self.assertIn("5 programs soaked, 5 of them failed", self.output)


if __name__ == "__main__":
    unittest.main()
