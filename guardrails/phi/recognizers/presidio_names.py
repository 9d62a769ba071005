"""The names of presidio-analyzer that we use, imported without torch and transformers.

On import presidio-analyzer (and spaCy beneath it) load both packages where they are installed, for engines that we do
not use: six seconds and 700 MB for every command. Both take their absence as "not installed", which is what they see
here; whoever imports torch or transformers afterwards gets them as ever.
"""

import sys

_UNUSED = [name for name in ("torch", "transformers") if name not in sys.modules]

for _name in _UNUSED:
    sys.modules[_name] = None  # type: ignore[assignment]  # "None" is how Python marks a module as absent
try:
    from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
    from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
    from presidio_analyzer.nlp_engine import NlpArtifacts, NoOpNlpEngine
finally:
    for _name in _UNUSED:
        del sys.modules[_name]

__all__ = [
    "AnalyzerEngine",
    "ContextAwareEnhancer",
    "EntityRecognizer",
    "NlpArtifacts",
    "NoOpNlpEngine",
    "RecognizerRegistry",
    "RecognizerResult",
]
