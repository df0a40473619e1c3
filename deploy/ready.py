"""Whether the app on this machine welcomes visitors: exit code 0 or 1. For a health check from inside a container.

Asks with a name that the app answers to (JACOBIAN_LENS_HOSTS), at the port and path that it is started with.
"""

import os
import sys
from collections.abc import Mapping
from urllib.request import ProxyHandler, Request, build_opener


def request(variables: Mapping[str, str]) -> Request:
    """What is asked, as the app's own environment says."""
    port = variables.get("STREAMLIT_SERVER_PORT", "8501")
    below = variables.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
    host = variables.get("JACOBIAN_LENS_HOSTS", "").split(",")[0].strip() or "localhost"
    return Request(f"http://127.0.0.1:{port}/{below}/ready".replace("//ready", "/ready"), headers={"Host": host})


if __name__ == "__main__":
    try:
        build_opener(ProxyHandler({})).open(request(os.environ), timeout=4)
    except OSError as error:
        sys.exit(str(error))
