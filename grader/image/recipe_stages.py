"""The steps that make an environment and a repository's tree from a recipe. Pure."""

from collections.abc import Sequence

from grader.core.supply import SupplyFault
from grader.image.installer import PEP_660, UV
from grader.image.recipe import ImageRecipe
from grader.image.steps import SetupStep

SOURCE = "source.git"
"""Where the bare repository lies at first."""
PYTHON_IS = "environment has Python"
TOOLS = f"""python3 -m venv /tmp/uv
/tmp/uv/bin/python -m pip install --quiet uv=={UV}
/tmp/uv/bin/uv venv --quiet --python {{python}} {{environment}}
found=$({{environment}}/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
printf '\\n{PYTHON_IS} %s\\n' "$found\""""
PACKAGES = """cat > /tmp/packages.txt <<'END-OF-PACKAGES'
{packages}
END-OF-PACKAGES
VIRTUAL_ENV={environment} /tmp/uv/bin/uv pip install --no-deps --compile-bytecode \\
  -r /tmp/packages.txt
rm -rf /tmp/uv /tmp/packages.txt /root/.cache"""
TREE = f"""export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
git init --quiet {{directory}}
cd {{directory}}
git fetch --quiet --depth 1 \\
  --upload-pack 'git -c uploadpack.allowAnySHA1InWant=true upload-pack' file:///{SOURCE} {{commit}}
git checkout --quiet -B main FETCH_HEAD
rm -rf .git/FETCH_HEAD .git/logs /{SOURCE}"""
INSTALLERS = f"""export VIRTUAL_ENV={{environment}} PATH={{environment}}/bin:$PATH
export PIP_CONFIG_SETTINGS=editable_mode=compat
major=$(python -c 'import setuptools; print(setuptools.__version__.split(".")[0])')
made_setup_py=
if [ "$major" -ge {PEP_660[0]} ]; then export PIP_USE_PEP517=1; fi
if [ ! -e setup.py ] && {{{{ [ ! -e pyproject.toml ] || [ "$major" -lt {PEP_660[0]} ]; }}}}; then
  printf 'from setuptools import setup\\n\\nsetup()\\n' > setup.py
  made_setup_py=1
fi"""
"""pip installs no project that has a `setup.cfg` alone, and editable ones of an older setuptools by
`setup.py` only: one that reads the `setup.cfg` is there for as long as that takes."""
CLOSE = """if [ -n "$made_setup_py" ]; then rm -f setup.py; fi
if ! git diff --quiet; then
  git -c user.name=grader -c user.email=grader@localhost commit -qam Environment
fi
rm -rf .git/logs /root/.cache"""
LOOK = "look at '{}' of the row's recipe"


def tools(recipe: ImageRecipe) -> tuple[SetupStep, ...]:
    """An empty environment; its output says which Python it has."""
    text = TOOLS.format(python=recipe.python, environment=recipe.environment)
    advice = f"'{recipe.base_image}' needs {recipe.python} with venv and pip: scripts/base-image"
    return (SetupStep("tools", text, SupplyFault.MACHINE, advice, downloads=True),)


def packages(recipe: ImageRecipe, pins: Sequence[str]) -> tuple[SetupStep, ...]:
    """What is installed into it."""
    text = PACKAGES.format(environment=recipe.environment, packages="\n".join(pins))
    advice = "name versions in the row's 'pip_pins' that there are for this Python"
    return (SetupStep("packages", text, SupplyFault.DATA, advice, downloads=True),)


def repository(recipe: ImageRecipe, commit: str) -> tuple[SetupStep, ...]:
    """The tree at one commit, prepared and installed: no remotes, no reflog, nothing later.

    Where setuptools makes editable installations by itself, the tree goes on the path, as in the
    official images, and no import hook that hides its directories from tools that walk them (pylint
    finds none of its own checkers then).
    """
    tree = TREE.format(directory=recipe.directory, commit=commit)
    advice = f"bring commit {commit[:10]} into the bare repository: git fetch there"
    prepare = [
        SetupStep(f"prepare {number}: {text}"[:100], text, advice=LOOK.format("pre_install"))
        for number, text in enumerate(recipe.prepare, 1)
    ]
    text = INSTALLERS.format(environment=recipe.environment)
    return (
        SetupStep("tree", tree, SupplyFault.DATA, advice),
        SetupStep("installers", text, SupplyFault.DATA, LOOK.format("pip_pins")),
        *prepare,
        *(
            [SetupStep(f"install: {recipe.install}"[:100], recipe.install, advice=INSTALL)]
            if recipe.install
            else []
        ),
        SetupStep("close", CLOSE, SupplyFault.DATA, LOOK.format("pre_install")),
    )


INSTALL = (
    "look at 'install' and 'pip_pins' of the row's recipe; nothing is downloaded here, so that"
    " what the build needs has to be pinned"
)
