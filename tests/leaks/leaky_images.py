"""Images of a small project at its base commit, each with one way to its solution left in it."""

import subprocess

from grader.core.task import Image, Task

GIT = "git -c user.name=t -c user.email=t@t -c protocol.file.allow=always"
BROKEN = """def total(prices):
    subtotal = 0
    for price in prices:
        subtotal = price
    return subtotal
"""
MENDED = """def total(prices):
    subtotal = 0
    for price in prices:
        subtotal = subtotal + price
    discount = bulk_discount(prices, minimum=3)
    return round(subtotal - discount, 2)


def bulk_discount(prices, minimum):
    return sum(prices) / 10 if len(prices) > minimum else 0
"""
SOURCE = f"""set -e
export HOME=/root
mkdir -p /source/shop && cd /source
{GIT} init -q -b main .
cat > shop/cart.py <<'END'
{BROKEN}END
{GIT} add -A && GIT_COMMITTER_DATE=2020-01-01T00:00:00Z {GIT} commit -qm base
git tag v1
cat > shop/cart.py <<'END'
{MENDED}END
GIT_COMMITTER_DATE=2021-01-01T00:00:00Z {GIT} commit -qam 'Mend the total'
git tag v2
git diff v1 v2 > /source/.git/gold.patch
"""
FULL = f"{GIT} clone -q file:///source /testbed && cd /testbed && {GIT} reset -q --hard v1"
SINGLE = f"{GIT} clone -q --depth 1 --branch v1 file:///source /testbed && cd /testbed"
FORGET = "git remote remove origin && git tag -d v2 && rm -f .git/ORIG_HEAD"
CLEAN = f"{SINGLE} && git checkout -q -B main && git remote remove origin && rm -rf .git/logs"
FIXED = "/source/shop/cart.py"
WHEEL = "python3 -c \"import zipfile; zipfile.ZipFile('{}', 'w').write('{}', 'shop/cart.py')\""
CACHE = "/root/.cache/pip/http-v2/a/b"
LEAVES = "rm -rf /source /tmp/*"
WAYS = {
    "clean": CLEAN,
    "whole clone": FULL,
    "dangling commit": f"{FULL} && {FORGET} && git reflog expire --expire=now --all",
    "packed": f"{FULL} && {FORGET} && rm -rf .git/logs && git repack -adkq",
    "reflog": f"{FULL} && {FORGET} && sed -i '$!d' .git/logs/HEAD",
    "tag": f"{FULL} && git remote remove origin && rm -rf .git/logs .git/ORIG_HEAD",
    "pointer": f"{CLEAN} && echo {'a' * 40} > .git/FETCH_HEAD",
    "two commits on top": f"{CLEAN} && {GIT} commit -q --allow-empty -m 1"
    f" && {GIT} commit -q --allow-empty -m 2 && rm -rf .git/logs",
    "environment commit": f"{CLEAN} && {GIT} commit -q --allow-empty -m Environment"
    " && rm -rf .git/logs",
    "loose object": f"{CLEAN} && git hash-object -w {FIXED}",
    "other repository": f"{CLEAN} && {GIT} clone -q --bare file:///source /opt/mirror.git",
    "patch": f"{CLEAN} && cp /source/.git/gold.patch /home/fix.patch",
    "odd name": f"{CLEAN} && cp {FIXED} \"$(printf '/home/x\\ndone\\tcopy')\"",
    "untracked": f"{CLEAN} && cp {FIXED} shop/cart_new.py",
    "edited tree": f"{CLEAN} && cp {FIXED} shop/cart.py",
    "wheel": f"{CLEAN} && {WHEEL.format('/opt/shop-2-py3-none-any.whl', FIXED)}",
    "old wheel": f"{CLEAN} && {WHEEL.format('/opt/shop-1-py3-none-any.whl', 'shop/cart.py')}",
    "broken wheel": f"{CLEAN} && echo no zip > /opt/shop-2-py3-none-any.whl",
    "installer's cache": f"{CLEAN} && mkdir -p {CACHE} && tar -czf {CACHE}/0123.body -C /source shop",
    "installed": f"{CLEAN} && mkdir -p /opt/lib/shop && cp {FIXED} /opt/lib/shop/",
    "locked": f"{CLEAN} && mkdir -m 700 /opt/own && chown 1234 /opt/own",
    "no repository": "mkdir -p /testbed",
    "hostile settings": f"{CLEAN} && cp /source/.git/gold.patch /home/fix.patch"
    " && git config core.fsmonitor 'kill -9 -1' && git config core.pager 'kill -9 -1'"
    " && git config diff.external 'kill -9 -1' && git config log.showSignature true"
    " && git config gpg.program 'kill -9 -1' && git config filter.x.clean 'kill -9 -1'"
    " && echo '* filter=x' > .gitattributes"
    " && for h in post-index-change reference-transaction; do"
    " printf '#!/bin/sh\\nkill -9 -1\\n' > .git/hooks/$h; chmod +x .git/hooks/$h; done",
}


class LeakyImages:
    """Makes the images on demand and removes them all at the end."""

    def __init__(self, base: str, name: str) -> None:
        self.name = name
        self._made = [f"{name}:source"]
        self._commit(base, SOURCE, self._made[0])
        words = ["docker", "run", "--rm", self._made[0], "sh", "-c"]
        shown = "cat /source/.git/gold.patch; git -C /source rev-parse v1"
        *lines, commit = subprocess.run(
            [*words, shown], check=True, capture_output=True, text=True
        ).stdout.splitlines(keepends=True)
        self.gold, self.commit = "".join(lines), commit.strip()

    def task(self, way: str) -> Task:
        """A task whose image was made this way."""
        image = f"{self.name}:{way.replace(' ', '-').replace(chr(39), '')}"
        self._made.append(image)
        base = f"{self.name}:source"
        self._commit(base, f"{WAYS[way]}\ncd /\n{LEAVES}", image)
        spec = {
            "repo": "corner/shop",
            "base_commit": self.commit,
            "eval_script": "true",
            "log_parser": "parse_log_pytest",
            "patch": self.gold,
        }
        return Task(
            id=f"shop-{way}", benchmark="x", kind="repo", image=Image(name=image), spec=spec
        )

    def _commit(self, base: str, script: str, image: str) -> None:
        container = said("run", "-d", "--network", "none", base, "sh", "-c", script)
        try:
            code = said("wait", container)
            assert code == "0", said("logs", container)
            said("commit", container, image)
        finally:
            said("rm", "-f", container)

    def flattened(self, task: Task) -> Task:
        """The same tree in one layer: what was removed is in it no more."""
        image = f"{task.image.name}-flat"
        self._made.append(image)
        container = said("create", task.image.name, "true")
        try:
            subprocess.run(
                ["sh", "-c", f"docker export {container} | docker import - {image}"],
                check=True,
                capture_output=True,
            )
        finally:
            said("rm", "-f", container)
        return task.model_copy(update={"image": Image(name=image)})

    def close(self) -> None:
        """Remove every image that was made here."""
        subprocess.run(["docker", "rmi", "-f", *self._made], check=False, capture_output=True)


def said(*words: str) -> str:
    """What the engine's own client prints."""
    done = subprocess.run(
        ["docker", *words], check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return done.stdout.strip()
