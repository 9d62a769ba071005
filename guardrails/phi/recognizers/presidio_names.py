"""The names of presidio-analyzer that we use, imported without torch and transformers.

On import presidio-analyzer (and spaCy beneath it) load both packages where they are installed, for engines that we do
not use: six seconds and 700 MB for every process. Both take their absence as "not installed", which is what they meet
here. Only the thread that imports meets it; any other, at the same time or later, gets torch as ever.
"""

import sys
import threading
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType


class _NotForUs(MetaPathFinder):
    def __init__(self) -> None:
        self._thread = threading.get_ident()

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> None:
        if name in ("torch", "transformers") and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(f"{name} is left out for presidio-analyzer", name=name)


_finder = _NotForUs()
sys.meta_path.insert(0, _finder)
try:
    from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
    from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
    from presidio_analyzer.nlp_engine import NlpArtifacts, NoOpNlpEngine
finally:
    sys.meta_path.remove(_finder)

__all__ = [
    "AnalyzerEngine",
    "ContextAwareEnhancer",
    "EntityRecognizer",
    "NlpArtifacts",
    "NoOpNlpEngine",
    "RecognizerRegistry",
    "RecognizerResult",
]
