#!/usr/bin/env bash
# The second environment: Debian's graph-tool beside the oldest supported versions of our dependencies.
#
#   tools/graph_tool_environment.sh [FOLDER]      FOLDER is .venv-graph-tool of the checkout unless given
#
# Exit status: 0 the environment is ready; 1 making it failed; 2 wrong use;
# 3 graph-tool or a Python that fits it cannot be had on this system (the last line says why).
#
# Running it again changes nothing while pyproject.toml, the pinned versions and this script stay the
# same. PYTHON=/path/to/python3.11 names the interpreter to try first.
set -euo pipefail

readonly PACKAGE=/usr/lib/python3/dist-packages/graph_tool
readonly VERSIONS=tools/oldest_supported_versions.txt
readonly WANTED=3.11 # what Debian 12 builds graph-tool 2.45 for

say() { echo "graph-tool environment: $*" >&2; }

fail() {
    say "$*"
    exit 1
}

not_here() {
    say "$* Elsewhere: conda install -c conda-forge graph-tool (docs/graph_tool.md)."
    exit 3
}

python_version() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

may_install() {
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" >&2
}

# The package lists may be missing or old, so a failed installation is tried once more with new ones.
apt_install() {
    apt_get install -y --no-install-recommends "$@" ||
        { apt_get update && apt_get install -y --no-install-recommends "$@"; }
}

require_debian_python() {
    local found
    found=$(python_version /usr/bin/python3) || return 0
    [ "$found" = "$WANTED" ] ||
        not_here "this system's packages are for Python $found; this takes Debian 12 and Python $WANTED."
}

install_graph_tool() {
    [ -d "$PACKAGE" ] && return
    may_install ||
        not_here "python3-graph-tool is missing. On Debian 12, as root: apt-get install python3-graph-tool."
    say "installing python3-graph-tool (about 90 MB)"
    apt_install python3-graph-tool || not_here "apt-get could not install python3-graph-tool."
    [ -d "$PACKAGE" ] || not_here "python3-graph-tool is installed, but not in $PACKAGE."
}

# Prints the first CPython of the wanted version that can make an environment with pip.
find_python() {
    local candidate
    for candidate in "${PYTHON:-python$WANTED}" "/usr/bin/python$WANTED" python3; do
        if "$candidate" -c "
import sys, ensurepip, venv
found = sys.implementation.name, '%d.%d' % sys.version_info[:2]
sys.exit(found != ('cpython', '$WANTED'))" 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

choose_python() {
    find_python && return
    if may_install; then
        apt_install python3-venv || true
        find_python && return
    fi
    not_here "no CPython $WANTED with venv and pip; python3 is $(python_version python3 || echo missing)." \
        "Put python$WANTED on PATH or set PYTHON."
}

fingerprint() {
    { pwd && cat pyproject.toml "$VERSIONS" tools/graph_tool_environment.sh; } |
        sha256sum | cut -d ' ' -f 1
}

# Everything in one process, every warning an error but one: graph_tool.inference imports the drawing
# modules, which say "Error importing cairo" and "... graphviz" where those are missing.
smoke() {
    "$1" -W error - <<'PYTHON'
import warnings
import duckdb, numba, numpy, pandas, pyarrow.dataset, scipy.sparse
import graph_tool, graph_tool.clustering
with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="Error importing")
    import graph_tool.inference

# Twenty neurons in a ring, each sending to the next two.
ring = numpy.array([(i, (i + step) % 20) for i in range(20) for step in (1, 2)])
graph = graph_tool.Graph(directed=True)
graph.add_vertex(20)
graph.add_edge_list(ring)
motifs, counts = graph_tool.clustering.motifs(graph, 3)
assert {m.num_edges(): n for m, n in zip(motifs, counts) if m.num_edges() == 3} == {3: 20}, counts
assert graph_tool.inference.minimize_blockmodel_dl(graph).get_blocks().a.size == 20

edges = pandas.DataFrame(graph.get_edges(), columns=["pre_id", "post_id"])
rows = duckdb.connect().from_arrow(pyarrow.Table.from_pandas(edges))
assert rows.aggregate("count(*)").fetchall() == [(40,)]
assert numba.njit(lambda ids: ids.sum())(edges["pre_id"].to_numpy()) == 380
assert scipy.sparse.csr_array((numpy.ones(40), ring.T), shape=(20, 20)).nnz == 40
libraries = (numpy, scipy, numba, pandas, pyarrow, duckdb)
beside = ", ".join(f"{library.__name__} {library.__version__}" for library in libraries)
print(f"graph-tool {graph_tool.__version__.split()[0]} beside {beside}")
PYTHON
}

[ $# -le 1 ] || {
    say "usage: $0 [FOLDER]"
    exit 2
}
project=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/..")
environment=$(realpath -m -- "${1:-$project/.venv-graph-tool}")
cd -- "$project"
python=$environment/bin/python
stamp=$environment/made-from.sha256

if [ -e "$environment" ] && [ ! -e "$environment/pyvenv.cfg" ]; then
    say "$environment exists and is not a Python environment; remove it or name another folder."
    exit 2
fi

require_debian_python
install_graph_tool
if [ "$(cat "$stamp" 2>/dev/null)" = "$(fingerprint)" ] && smoke "$python"; then
    exit 0
fi

base=$(choose_python)
say "making $environment with $base ($VERSIONS)"
"$base" -m venv --clear "$environment"
"$python" -m pip install --quiet --upgrade 'pip>=25.1' || fail "pip could not be upgraded."
"$python" -m pip install --quiet --constraint "$VERSIONS" --editable . --group test ||
    fail "the pinned versions could not be installed; they must satisfy pyproject.toml."
ln -s "$PACKAGE" "$("$python" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')/graph_tool"
smoke "$python" || fail "graph-tool does not work beside the pinned versions."
fingerprint >"$stamp"
