"""What rows without `log_parser` and `eval_type` leave unsaid: both go by the repository.

Source: swebench 4.1.0, `MAP_REPO_TO_PARSER` and `FAIL_ONLY_REPOS`, as far as 5.0.2 has the parser.
"""

PARSERS = {
    "pytest": "pylint-dev/astroid pallets/flask marshmallow-code/marshmallow pvlib/pvlib-python"
    " pydata/xarray pytest-dev/pytest pyvista/pyvista sqlfluff/sqlfluff",
    "pytest_options": "psf/requests pydicom/pydicom pylint-dev/pylint",
    "pytest_v2": "astropy/astropy scikit-learn/scikit-learn sphinx-doc/sphinx",
    "django": "django/django",
    "matplotlib": "matplotlib/matplotlib",
    "seaborn": "mwaskom/seaborn",
    "sympy": "sympy/sympy",
    "calypso": "Automattic/wp-calypso",
    "chart_js": "chartjs/Chart.js",
    "marked": "markedjs/marked",
    "p5js": "processing/p5.js",
    "react_pdf": "diegomura/react-pdf",
    "jest": "babel/babel facebook/docusaurus",
    "vitest": "vuejs/core",
    "immutable_js": "immutable-js/immutable-js",
    "tap": "mrdoob/three.js axios/axios",
    "karma": "preactjs/preact",
    "next": "alibaba-fusion/next",
    "bpmn_js": "bpmn-io/bpmn-js",
    "carbon": "carbon-design-system/carbon prettier/prettier scratchfoundation/scratch-gui",
    "eslint": "eslint/eslint",
    "lighthouse": "GoogleChrome/lighthouse",
    "grommet": "grommet/grommet",
    "highlightjs": "highlightjs/highlight.js",
    "openlayers": "openlayers/openlayers",
    "prismjs": "PrismJS/prism",
    "quarto_cli": "quarto-dev/quarto-cli",
    "redis": "redis/redis valkey-io/valkey",
    "jq": "jqlang/jq",
    "doctest": "nlohmann/json",
    "micropython_test": "micropython/micropython",
    "googletest": "fmtlib/fmt",
    "gotest": "caddyserver/caddy hashicorp/terraform prometheus/prometheus gohugoio/hugo"
    " gin-gonic/gin",
    "maven": "google/gson apache/druid javaparser/javaparser",
    "ant": "projectlombok/lombok",
    "gradle_custom": "apache/lucene reactivex/rxjava",
    "phpunit": "phpoffice/phpspreadsheet laravel/framework php-cs-fixer/php-cs-fixer"
    " briannesbitt/carbon",
    "jekyll": "jekyll/jekyll",
    "ruby_unit": "fluent/fluentd faker-ruby/faker",
    "rspec_transformed_json": "fastlane/fastlane jordansissel/fpm rubocop/rubocop",
    "cargo": "burntsushi/ripgrep sharkdp/bat astral-sh/ruff tokio-rs/tokio uutils/coreutils"
    " nushell/nushell tokio-rs/axum",
}
PARSER_OF = {
    repository: f"parse_log_{parser}"
    for parser, repositories in PARSERS.items()
    for repository in repositories.split()
}
FAIL_ONLY = frozenset(
    {
        "chartjs/Chart.js",
        "processing/p5.js",
        "markedjs/marked",
        "bpmn-io/bpmn-js",
        "openlayers/openlayers",
        "eslint/eslint",
    }
)
