# pyright: basic
"""Make the ground that strict tests stand on: the model's change on the task's own tree.

Runs as the image's own user before any test, prints one JSON object, and trusts git, itself and
the tree as it finds it; never the patch. `ground.py JOB.json`.
"""

import ctypes
import hashlib
import json
import os
import stat
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import audit
import protected
import sections

GIT = ("git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "safe.directory=*",
       "-c", "core.autocrlf=false", "-c", "core.fileMode=false", "-c", "core.quotePath=false",
       "-c", "core.checkStat=minimal", "-c", "core.trustctime=false")  # fmt: skip
"""The last two: layers of an image keep sizes and times of files, not their inodes, and an index that
does not fit has git read every file. A patch that is applied sets times to now."""
APPLIERS = (
    ("git apply", (*GIT, "apply", "--verbose")),
    ("git apply -C1", (*GIT, "apply", "--verbose", "-C1")),
    ("patch --fuzz=5", ("patch", "--batch", "--forward", "--fuzz=5", "-p1", "-i")),
)
SHOWN_BYTES = 20000
PR_SET_DUMPABLE = 4
BEGUN = "the patch's own set-up begins"
OWN_ENVIRONMENT = dict(
    os.environ,
    PATH="/usr/bin:/bin:" + os.environ.get("PATH", os.defpath),
    HOME="/nonexistent",
    XDG_CONFIG_HOME="/nonexistent",
    GIT_CONFIG_GLOBAL=os.devnull,
    GIT_CONFIG_NOSYSTEM="1",
    GIT_NO_REPLACE_OBJECTS="1",
)
"""For git: a set-up may write settings of a user and of the machine, and programs before git's."""


class GroundTrouble(Exception):
    """Ours or the task's, never the patch's."""


class PatchRefused(Exception):
    """The patch cannot be applied, or may not be."""


def main(job):
    """Everything in order; the answer says how far it came."""
    repo = job["repo"]
    os.chdir(repo)
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)  # the set-up runs as the same user
    with open(job["test_patch"], "rb") as file:
        job["test_text"] = file.read()
    os.unlink(job["test_patch"])  # a patch's own set-up could read it
    answer = {}
    answer["state"] = "ground"
    job["base"] = git("rev-parse", "HEAD").decode().strip()
    stamp = audit.stamp()
    try:
        if not job["late"]:
            answer["setup"] = set_up(job)
        before = TreeBefore(job["base"], job["late"])
        answer["applied_by"] = applied(job["patch"], before)
        changed = before.changes()
        answer["changed"] = sorted(changed)
        refuse_escapes(answer["changed"])
        if job["late"]:
            print(BEGUN, flush=True)
            answer["begun"] = True
            answer["setup"] = set_up(job)
            audit.kill_others()
            if {path: seen(path) for path in git_files()} != before.inside_git:
                answer["planted"] = [".git"]
            answer["touched"] = audit.touched_since(stamp, repo)
            changed = before.changes()
        answer["restored"] = restored(job, before, changed)
        overlay_tests(job, before)
        if before.forged:
            answer["planted"] = [".git/objects"]
        forget_byte_code(repo)
        hide_history()
    except PatchRefused as refusal:
        answer.update(state="refused", why=str(refusal))
    except GroundTrouble as trouble:
        answer.update(state="trouble", why=str(trouble))
    return answer


def run(argv, **options):
    """(status, output) of a command."""
    options.setdefault("env", OWN_ENVIRONMENT)
    done = subprocess.run(
        argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options
    )
    return done.returncode, done.stdout


def git(*arguments):
    """Output of a git command that has to work."""
    done = subprocess.run(
        [*GIT, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
        env=OWN_ENVIRONMENT,
    )
    if done.returncode:
        raise GroundTrouble(
            "git %s: %s" % (arguments[0], done.stderr.decode(errors="replace").strip()[-300:])
        )
    return done.stdout


def names(output):
    """File names out of a `-z` listing."""
    return [os.fsdecode(name) for name in output.split(b"\0") if name]


class TreeBefore:
    """The tree before the patch: enough to name and to undo every change.

    `alone`: without a word from git, whose index and objects the patch's own set-up may rewrite as
    root: changes are told by the times of inodes, and a blob has to be what its name says.
    """

    def __init__(self, base, alone):
        self.base = base
        self.forged = False
        self.listed = {}
        for line in git("ls-tree", "-r", "-z", base).split(b"\0"):
            entry, _, path = line.partition(b"\t")
            if path:
                mode, kind, name = entry.split()
                self.listed[os.fsdecode(path)] = (mode.decode(), kind.decode(), name.decode())
        self.alone = alone
        self.whole = {path: seen(path) for path in files_below()} if alone else {}
        self.untracked = {path: seen(path) for path in names(git("ls-files", "-o", "-z"))}
        self.tracked = {
            path: seen(path)
            for path in names(git("diff", "--name-only", "-z", "--no-renames", base))
        }
        self.inside_git = {path: seen(path) for path in git_files()}

    def changes(self):
        """Paths that differ from how they were before."""
        if self.alone:
            there = {path: seen(path) for path in files_below()}
            paths = there.keys() | self.whole.keys()
            return {path for path in paths if self.differs(path, there.get(path))}
        now = names(git("ls-files", "-o", "-z"))
        found = {path for path in now if self.untracked.get(path) != seen(path)}
        gone = self.untracked.keys() - set(now)
        found |= {path for path in gone if not os.path.lexists(path)}
        for path in names(git("diff", "--name-only", "-z", "--no-renames", self.base)):
            if path not in self.tracked or self.tracked[path] != seen(path):
                found.add(path)
        return found

    def undo(self, path):
        """Make `path` what it was; False where nobody knows that any more."""
        if path in self.untracked or path in self.tracked:
            return False
        self.put_back(path)
        return True

    def put_back(self, path):
        """Remove a file, and write it as the base has it, if it does."""
        remove(path)
        mode, kind, _ = self.listed.get(path, ("", "", ""))
        if kind == "blob":
            write(path, self.blob(path), mode)

    def blob(self, path):
        """What the base has in a file; b"" for one that it does not have."""
        _, kind, name = self.listed.get(path, ("", "", ""))
        if kind != "blob":
            return b""
        data = git("cat-file", "blob", name)
        self.forged = self.forged or named(data, name) != name
        return data

    def differs(self, path, state):
        """Whether a file is not what it was, or a tracked one not what the base has."""
        if state == self.whole.get(path):
            return False
        mode, kind, name = self.listed.get(path, ("", "", ""))
        if state is None or kind != "blob" or not stat.S_ISREG(state[3]) or mode == "120000":
            return True
        with open(path, "rb") as file:
            return named(file.read(), name) != name


def named(data, like):
    """What git calls a blob with this content; `like`: another name, for its length."""
    kind = hashlib.sha1 if len(like) == 40 else hashlib.sha256
    return kind(b"blob %d\0" % len(data) + data).hexdigest()


def files_below():
    """All files and links of the tree but git's own."""
    for folder, folders, files in os.walk("."):
        if ".git" in folders:
            folders.remove(".git")
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in files + links:
            yield os.path.relpath(os.path.join(folder, name))


def git_files():
    """What in .git can make git run or read something else."""
    for folder in (".git/hooks", ".git/info"):
        if os.path.isdir(folder):
            for name in sorted(os.listdir(folder)):
                yield folder + "/" + name
    yield ".git/config"


def seen(path):
    """What tells two states of a file apart."""
    try:
        info = os.lstat(path)
    except OSError:
        return None
    return (info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_mode, info.st_ino)


def remove(path):
    """Remove a file or link; directories that become empty go too."""
    if os.path.islink(path) or os.path.isfile(path):
        os.unlink(path)
        parent = os.path.dirname(path)
        while parent and not os.listdir(parent):
            os.rmdir(parent)
            parent = os.path.dirname(parent)


def write(path, data, mode):
    """Write a blob as git would have it, through no link."""
    parent = os.path.dirname(path)
    walk = ""
    for part in parent.split("/") if parent else ():
        walk = walk + "/" + part if walk else part
        if os.path.islink(walk) or (os.path.lexists(walk) and not os.path.isdir(walk)):
            os.unlink(walk)
        if not os.path.isdir(walk):
            os.mkdir(walk)
    if mode == "120000":
        os.symlink(os.fsdecode(data), path)
        return
    descriptor = os.open(
        path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o644
    )
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    os.chmod(path, 0o755 if mode == "100755" else 0o644)


def applied(patch, before):
    """Apply the patch; the name of the way that worked."""
    if not os.path.getsize(patch):
        return "nothing to apply"
    said = []
    for name, argv in APPLIERS:
        if argv[0] == "patch" and not is_gnu_patch():
            said.append("patch: not GNU's, which alone stays in its folder")
            continue
        code, output = run([*argv, patch])
        if {path: seen(path) for path in git_files()} != before.inside_git:
            raise PatchRefused("the patch writes into .git")
        if code == 0:
            return name
        said.append("%s: %s" % (name, output.decode(errors="replace").strip()[-200:]))
        for path in before.changes():
            if not before.undo(path):
                raise PatchRefused(
                    "the patch does not apply (%s) and touches files of the image" % said[-1]
                )
    raise PatchRefused("the patch does not apply: " + " | ".join(said))


def is_gnu_patch():
    """Whether `patch` is the one that passes over names that leave the tree (GNU's since 2.7)."""
    try:
        code, output = run(["patch", "--version"])
    except OSError:
        return False
    words = output.split(b"\n")[0].split()
    version = words[2].split(b".") if code == 0 and words[:2] == [b"GNU", b"patch"] else []
    return len(version) > 1 and [int(part) for part in version[:2] if part.isdigit()] >= [2, 7]


def refuse_escapes(changed):
    """No change may lie outside the tree, by whatever link."""
    root = os.path.realpath(".")
    for path in changed:
        if not os.path.lexists(path):
            continue
        real = os.path.realpath(path)
        inside = real == root or real.startswith(root + os.sep)
        if (
            not inside
            or real.startswith(os.path.join(root, ".git") + os.sep)
            or path.startswith(".git/")
        ):
            raise PatchRefused("%r leads out of the tree (%s)" % (path, real))


def set_up(job):
    """Run the task's own preparation; its variables are kept for the tests."""
    script = job["setup"] + "\nenv -0 > " + job["env"] + "\n"
    path = os.path.join(os.path.dirname(job["env"]), "setup.sh")
    with open(path, "w") as file:
        file.write(script)
    code, output = run(["/bin/bash", path], stdin=subprocess.DEVNULL, env=quiet())
    if not os.path.exists(job["env"]):
        raise GroundTrouble("the set-up script did not come to its end: " + tail(output))
    return {"code": code, "tail": tail(output)}


def quiet():
    """The environment of a set-up that writes no byte code: what is written none can tell."""
    return dict(os.environ, PYTHONDONTWRITEBYTECODE="1", PIP_COMPILE="0")


def tail(output):
    """The end of an output, as text."""
    return output[-2000:].decode(errors="replace")


def restored(job, before, changed):
    """Put back what of the changed files decides how tests run; what, why, and how it differed."""
    found = []
    standard = set(getattr(sys, "stdlib_module_names", ())) | set(sys.builtin_module_names)
    for path in sorted(changed):
        policy, why = protected.rule(path, job["needed"], job["test_folders"])
        if policy == protected.KEEP:
            why = sections_changed(path, before) or new_shadow(path, before, standard)
            policy = protected.RESTORE if why and path not in job["needed"] else policy
        if policy == protected.KEEP:
            continue
        entry = {"path": path, "policy": policy, "why": why}
        if policy == protected.RESTORE:
            entry["diff"] = difference(path, before.base)
            if not before.undo(path):
                entry["policy"] = "left"
        found.append(entry)
    return found


def sections_changed(path, before):
    """Why a configuration file cannot stay, or ''."""
    if os.path.basename(path) not in protected.SECTIONED:
        return ""
    new = b""
    if os.path.isfile(path) and not os.path.islink(path):
        with open(path, "rb") as file:
            new = file.read()
    theirs = sections.about_tests(path, new.decode(errors="replace"))
    ours = sections.about_tests(path, before.blob(path).decode(errors="replace"))
    return "" if ours == theirs else "its sections about tests were changed"


def new_shadow(path, before, standard):
    """Why a new module cannot stay, or ''."""
    if path in before.listed:
        return ""
    return protected.shadows(path, standard)


def difference(path, base):
    """What the patch had made of a file, as a diff that a person can read."""
    if subprocess.run(
        [*GIT, "cat-file", "-e", base + ":" + path],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        env=OWN_ENVIRONMENT,
    ).returncode:
        _, output = run(
            [*GIT, "diff", "--no-index", "--no-ext-diff", "--no-textconv", "--", "/dev/null", path]
        )
    else:
        _, output = run([*GIT, "diff", "--no-ext-diff", "--no-textconv", base, "--", path])
    return output[:SHOWN_BYTES].decode(errors="replace")


def overlay_tests(job, before):
    """The task's tests, file by file, from the base and then from the test patch."""
    for path in job["test_files"]:
        before.put_back(path)
    if job["test_files"]:
        code, output = run([*GIT, "apply", "--verbose", "-"], input=job["test_text"])
        if code:
            raise GroundTrouble(
                "the test patch does not apply to the task's own files: " + tail(output)[-300:]
            )


def forget_byte_code(repo):
    """No byte code in the tree: it could stand in for a source that was restored."""
    for folder, folders, files in os.walk(repo):
        if ".git" in folders:
            folders.remove(".git")
        for name in files:
            if name.endswith((".pyc", ".pyo")):
                os.unlink(os.path.join(folder, name))


def hide_history():
    """Later commits, if the image has any, are nobody's to read while tests run."""
    if os.path.isdir(".git") and not os.path.islink(".git"):
        os.chmod(".git", stat.S_IRWXU)


if __name__ == "__main__":
    with open(sys.argv[1]) as source:
        planned = json.load(source)
    result = main(planned)
    print(json.dumps(result))
