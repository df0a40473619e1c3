"""The files of deploy/ say what is true of the app: its ports, variables, files and needs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml
from streamlit import config

from benchmarks.replicas import DEPLOY
from benchmarks.serving import ROOT
from core.export.options import URL_VARIABLE
from deploy.ready import request
from server.environment import PREFIX, READERS, read
from tests.deploy.image import Image

VARIABLES = {PREFIX + name.upper() for name in READERS} | {URL_VARIABLE}
FILES = [path for path in sorted(DEPLOY.iterdir()) if path.is_file()]
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
CLUSTER = {part["kind"]: part for part in yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8"))}
POD = CLUSTER["Deployment"]["spec"]["template"]["spec"]
LENS = POD["containers"][0]


def said(environment: dict[str, str]) -> dict[str, str]:
    """A service's variables where the machine's environment says nothing: ``${NAME:-otherwise}`` is otherwise."""
    return {name: re.sub(r"\$\{\w+:-(.*?)\}", r"\1", value) for name, value in environment.items()}


def seconds(text: str) -> float:
    assert re.fullmatch(r"\d+s", text)
    return float(text[:-1])


# ── Names and numbers ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_variable_that_is_named_is_read_by_the_app(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert set(re.findall(rf"{PREFIX}[A-Z_]*[A-Z]", text)) <= VARIABLES
    streamlits = {option.env_var for option in config.get_config_options().values()}
    assert set(re.findall(r"STREAMLIT_[A-Z_]+", text)) <= streamlits


@pytest.mark.parametrize("name", ["lens-1", "lens-2"])
def test_the_values_in_compose_can_be_used(name: str) -> None:
    environment = said(COMPOSE["services"][name]["environment"])
    settings = read(environment)
    assert seconds(COMPOSE["services"][name]["stop_grace_period"]) > settings.drain + 5
    assert settings.sessions >= 2 * 200  # both classes, when the other replica is gone


def test_the_values_in_kubernetes_can_be_used() -> None:
    settings = read({one["name"]: one["value"] for one in LENS["env"] if "value" in one})
    sleep = int(LENS["lifecycle"]["preStop"]["exec"]["command"][1])
    assert POD["terminationGracePeriodSeconds"] > settings.drain + sleep + 5
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        (host,) = LENS[probe]["httpGet"]["httpHeaders"]
        assert host["name"] == "Host"
        assert host["value"] in settings.hosts
    (rule,) = CLUSTER["Ingress"]["spec"]["rules"]
    assert rule["host"] in settings.hosts


def test_all_speak_of_the_same_port() -> None:
    port = Image.read().environment["STREAMLIT_SERVER_PORT"]
    assert Image.read().exposed == [port]
    assert LENS["ports"] == [{"name": "http", "containerPort": int(port)}]
    assert CLUSTER["Service"]["spec"]["ports"][0]["targetPort"] == "http"
    assert {line.rpartition(":")[2] for line in _replicas()} == {port}


def test_nginx_in_compose_finds_the_replicas_and_is_believed_by_them() -> None:
    services, (network,) = COMPOSE["services"], COMPOSE["networks"]["inside"]["ipam"]["config"]
    addresses = {name: service["networks"]["inside"]["ipv4_address"] for name, service in services.items()}
    assert all(ip_address(each) in ip_network(network["subnet"]) for each in addresses.values())
    assert {line.partition(":")[0] for line in _replicas()} == {addresses["lens-1"], addresses["lens-2"]}
    for name in ("lens-1", "lens-2"):
        (believed,) = read(said(services[name]["environment"])).proxies
        assert str(believed.network_address) == addresses["nginx"]
        assert believed.num_addresses == 1
    listen = re.search(r"^listen (\d+);", (DEPLOY / "site.conf").read_text(encoding="utf-8"), re.MULTILINE)
    assert listen
    assert [port.rpartition(":")[2] for port in services["nginx"]["ports"]] == [listen[1]]


def _replicas() -> list[str]:
    return re.findall(r"^server (\S+)", (DEPLOY / "replicas.conf").read_text(encoding="utf-8"), re.MULTILINE)


def test_what_compose_mounts_is_there_and_read_only() -> None:
    for mount in COMPOSE["services"]["nginx"]["volumes"]:
        source, _, how = mount.split(":")
        assert (DEPLOY / source).is_file()
        assert how == "ro"


@pytest.mark.parametrize("name", ["lens-1", "lens-2", "nginx"])
def test_nothing_in_compose_may_more_than_it_must(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["ulimits"]["nofile"] >= 32768
    assert service["restart"] == "unless-stopped"
    assert any(place.startswith("/tmp") for place in service["tmpfs"])


def test_a_pod_may_no_more_than_it_must_and_stays_below_its_memory() -> None:
    assert POD["securityContext"]["runAsNonRoot"]
    assert POD["securityContext"]["runAsUser"] == int(Image.read().user.partition(":")[0])
    assert LENS["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert LENS["resources"]["limits"] == {"memory": "2Gi"}
    assert {"name": "tmp", "mountPath": "/tmp"} in LENS["volumeMounts"]
    assert LENS["readinessProbe"]["httpGet"]["path"] == "/ready"
    assert LENS["livenessProbe"]["httpGet"]["path"] == "/_stcore/health"


def test_a_visitor_of_the_cluster_stays_at_one_pod() -> None:
    annotations = CLUSTER["Ingress"]["metadata"]["annotations"]
    assert annotations["nginx.ingress.kubernetes.io/affinity"] == "cookie"
    assert CLUSTER["Deployment"]["spec"]["replicas"] == 2


# ── The image ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_dockerfile_has_no_fault_that_hadolint_knows() -> None:
    program = shutil.which("hadolint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if program is None:
        pytest.skip("hadolint is not installed")
    checked = subprocess.run([program, str(DEPLOY / "Dockerfile")], capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_image_holds_what_is_let_through_and_nothing_else() -> None:
    first, *rest = [
        line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] not in ("#", "")
    ]
    assert first == "*"
    let_through = {line[1:] for line in rest if line.startswith("!")}
    copied = {source for source, _ in Image.read().copied}
    assert let_through == copied
    assert all((ROOT / source).exists() for source in copied)


def test_the_image_is_run_by_nobody_in_particular_and_hears_signals() -> None:
    image = Image.read()
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", image.user)
    assert image.command == ["streamlit", "run", "app.py"]  # no shell in between that would keep SIGTERM to itself
    assert image.health == ["python", "deploy/ready.py"]


@pytest.mark.parametrize(
    ("variables", "url", "host"),
    [
        ({}, "http://127.0.0.1:8501/ready", "localhost"),
        ({"STREAMLIT_SERVER_PORT": "80"}, "http://127.0.0.1:80/ready", "localhost"),
        ({"STREAMLIT_SERVER_BASE_URL_PATH": "/lens/"}, "http://127.0.0.1:8501/lens/ready", "localhost"),
        ({"JACOBIAN_LENS_HOSTS": "a.example, b.example"}, "http://127.0.0.1:8501/ready", "a.example"),
    ],
)
def test_the_health_check_asks_as_the_app_is_started(variables: dict[str, str], url: str, host: str) -> None:
    asked = request(variables)
    assert (asked.full_url, asked.get_header("Host")) == (url, host)


# ── systemd ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["jacobian-lens@.service", "jacobian-lens-nginx.service"])
def test_systemd_understands_the_unit(name: str, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for stand_in in (tmp_path / ".venv" / "bin" / "streamlit", tmp_path / "nginx"):
        stand_in.write_text("#!/bin/sh\n")
        stand_in.chmod(0o755)
    unit = (DEPLOY / name).read_text(encoding="utf-8")
    unit = unit.replace("ExecStart=/opt/jacobian-lens", f"ExecStart={tmp_path}")
    (tmp_path / name).write_text(unit.replace("ExecStart=/usr/sbin/nginx", f"ExecStart={tmp_path}/nginx"))
    checked = subprocess.run([program, "verify", str(tmp_path / name)], capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0, checked.stderr
    assert name.partition("@")[0] not in checked.stderr  # a word about another unit of this machine is none of ours


def test_the_unit_lets_a_replica_drain_and_its_workers_live_as_long() -> None:
    unit = _settings("jacobian-lens@.service")
    assert unit["KillMode"] == "mixed"
    assert int(unit["TimeoutStopSec"]) >= 30
    assert int(unit["LimitNOFILE"]) >= 65536
    assert unit["DynamicUser"] == "yes"
    assert unit["ProtectSystem"] == "strict"


def _settings(name: str) -> dict[str, Any]:
    lines = (DEPLOY / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if re.match(r"[A-Z]\w+=", line))
