"""Whatever a file holds, reading it gives a scenario or one of our errors, in little time; files of ill will too."""

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import simulator as sim
from simulator.errors import MOST_PROBLEMS
from tests.fuzzed import ODD, SHIPPED, mutated, read
from tests.test_loading import BAD, write

TEXTS = [path.read_text(encoding="utf-8") for path in SHIPPED]
KEYS = sorted({word for text in TEXTS for line in text.splitlines() if (word := line.partition(":")[0].strip(" -{"))})
LONGEST = 5.0  # seconds; a machine that does other work is given time


def fuzzing(number: int) -> settings:
    return settings(
        max_examples=number, derandomize=True, database=None, deadline=None, suppress_health_check=[*HealthCheck]
    )


def bounded(content: bytes) -> str:
    started = time.perf_counter()
    became = read(content)
    assert time.perf_counter() - started < LONGEST
    return became


@fuzzing(300)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes(content: bytes) -> None:
    assert bounded(content) in ("refused", "scenario")


SCALARS = st.sampled_from(ODD) | st.integers().map(str) | st.floats().map(str) | st.sampled_from(KEYS)
TREES = st.recursive(
    SCALARS,
    lambda below: (
        st.lists(below, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(st.sampled_from(KEYS) | SCALARS, below, max_size=4).map(
            lambda tree: "{" + ", ".join(f"{key}: {value}" for key, value in tree.items()) + "}"
        )
    ),
    max_leaves=12,
)


@fuzzing(300)
@given(
    st.dictionaries(
        st.sampled_from(["budget", "programmes", "economy", "years", "first_year", *KEYS]), TREES, max_size=5
    )
)
def test_any_structure(tree: dict[str, str]) -> None:
    lines = [f"{key}: {value}" for key, value in tree.items()]
    assert bounded("\n".join(["extends: mext-fy2022", *lines]).encode("utf-8", "replace")) in ("refused", "scenario")


def test_mutations_of_the_shipped_files_of_which_some_still_load() -> None:
    became: set[str] = set()

    @fuzzing(400)
    @given(st.sampled_from(TEXTS), st.lists(st.tuples(*[st.integers(0, 10_000)] * 3), min_size=1, max_size=4))
    def check(text: str, choices: list[tuple[int, int, int]]) -> None:
        became.add(bounded(mutated(text, choices).encode("utf-8", "replace")))

    check()
    assert became == {"refused", "scenario"}


LAUGHS = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'lol'}]" for n in range(12))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: !!python/object/apply:os.system ['true']", "the tag"),
        ("extends: /dev/zero", "is a device"),
        ("extends: /dev/stdin", "is a"),
        ("extends: https://example.org/a.yaml", "files are read from this machine alone"),
        ("extends: /", "is a folder"),
        ("extends: /etc/passwd", "does not end in .yaml"),
        (LAUGHS, "aliases (*name) are not read here"),
        ("a: &a {b: *a}", "aliases"),
        ("extends: loop.yaml", "there is no file"),
        ("[" * 5000, "is nested more than"),
        ("extends: ['mext-fy2022']", "the name of one file is expected here"),
        ('extends: "mext\\0fy"', ""),
    ],
)
def test_files_of_ill_will(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    with pytest.raises(sim.InputError) as raised:
        sim.load(write(tmp_path, "hostile.yaml", text))
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "password: hunter2\ntoken: abc\nname: me\n",
        "password: hunter2\nyears: hunter2\n",
        "years: hunter2\n",
        "budget: hunter2\nfirst_year: hunter2\n",
        "just a hunter2 line\n",
        "password: hunter2\npassword: hunter2\n",
        "- !hunter2 x\n",
        "hunter2: [*password\n",
    ],
)
def test_other_peoples_files_are_not_quoted(tmp_path: Path, text: str) -> None:
    write(tmp_path, "other.yaml", text)
    with pytest.raises(sim.InputError) as raised:
        sim.load(write(tmp_path, "mine.yaml", "extends: other.yaml\n"))
    assert "is no scenario and no portfolio" in str(raised.value)
    assert not any(word in str(raised.value) for word in ("hunter2", "password", "token"))


@pytest.mark.parametrize(
    "text",
    [
        "root:$6$secret:19000:0:99999:7:::\ndaemon:*:19000\n",
        "secret text\n",
        "- secret\n- !secret x\n",
        "[secret, *secret",
    ],
)
def test_a_file_that_is_no_mapping_is_not_quoted(tmp_path: Path, text: str) -> None:
    with pytest.raises(sim.InputError) as raised:
        sim.load(write(tmp_path, "shadow", text))
    assert "secret" not in str(raised.value)


def test_a_parent_that_is_no_yaml_is_told_of(tmp_path: Path) -> None:
    write(tmp_path, "parent.yaml", "  extends: mext-fy2022\n  budget: {level: +5%\n")
    with pytest.raises(sim.InputError, match=r"parent.yaml:3:1: is not YAML here"):
        sim.load(write(tmp_path, "mine.yaml", "extends: parent.yaml\n"))


PROJECT = "programmes: {satreps: {awards: {project: {%s}}}}"


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"key{place}: 1" for place in range(20_000)),
        "programmes:\n" + "\n".join(f"  p{place}: {{agency: J}}" for place in range(5_000)),
        f"budget: {{allocation: priority, priority: [{', '.join(f'p{place}' for place in range(20_000))}]}}",
        f"budget: {{allocation: priority, priority: [{', '.join(['satreps'] * 20_000)}]}}",
        PROJECT % f"costs: {{grant: {{spread: [{', '.join(['0.02%'] * 5_000)}]}}}}",
        PROJECT % f"promotes: [{', '.join('{to: a.b, share: 0%, lag: 1}' for _ in range(5_000))}]",
        PROJECT % f"extensions: {{{', '.join(f'{year}: {{share: 1%}}' for year in range(2_000, 12_000))}}}",
        f"economy: {{{', '.join(f'x{place}: {{growth: 1%}}' for place in range(10_000))}}}",
        "\n".join(f"key{place}: 1" for place in range(400_000)),
    ],
    ids=["keys", "programmes", "priority", "twice", "spread", "promotes", "extensions", "economy", "all"],
)
def test_very_many_mistakes_are_answered_soon_and_the_first_of_them_told(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, "many.yaml", f"extends: mext-fy2022\n{text}\n")
    started = time.perf_counter()
    with pytest.raises(sim.InputError) as raised:
        sim.load(path)
    assert time.perf_counter() - started < LONGEST
    assert len(raised.value.problems) <= MOST_PROBLEMS + 1
    if len(raised.value.problems) > 1:
        assert raised.value.problems[-1].message == "there are more problems than these: mend them first"


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    ended = in_500_megabytes(tmp_path, str(path))
    assert ended.returncode == 2
    assert "is 100,000,000 bytes long" in ended.stderr
    assert ended.stdout == ""


def in_500_megabytes(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import sys; from simulator.cli import main; main(sys.argv[1:])", *arguments]

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (500_000_000, 500_000_000))

    return subprocess.run(
        command, capture_output=True, text=True, preexec_fn=small, timeout=300, check=False, cwd=folder
    )


def test_faulty_files_take_little_time_and_memory_and_write_nothing() -> None:
    before = sorted(BAD.iterdir())
    files = [path.name for path in before]
    assert len(files) >= 120
    started = time.perf_counter()
    ended = in_500_megabytes(BAD, "check", *files)
    assert time.perf_counter() - started < len(files), "a second each"
    assert ended.returncode == 2
    assert ended.stderr == ""
    assert len({line.partition(":")[0] for line in ended.stdout.splitlines()}) == len(files)
    assert sorted(BAD.iterdir()) == before
