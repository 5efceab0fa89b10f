"""On the path of a product: an installation without the extra `web`, which serves no pages."""

import sys

sys.modules["starlette"] = None  # type: ignore[assignment]
