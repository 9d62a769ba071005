"""Presidio's engine with our recognisers only: its weak patterns are off and nothing is fetched."""

from collections.abc import Sequence

from guardrails.phi.recognizers.ages import find_ages
from guardrails.phi.recognizers.contacts import find_contacts
from guardrails.phi.recognizers.dates import find_dates
from guardrails.phi.recognizers.labelled import find_labelled
from guardrails.phi.recognizers.numbers import find_numbers
from guardrails.phi.recognizers.people_and_places import PeopleAndPlaces
from guardrails.phi.recognizers.presidio_names import (
    AnalyzerEngine,
    ContextAwareEnhancer,
    EntityRecognizer,
    NlpArtifacts,
    NoOpNlpEngine,
    RecognizerRegistry,
    RecognizerResult,
)
from guardrails.phi.recognizers.unread import where_nothing_else_is
from guardrails.phi.spans import Found, PhiType, settled

_LANGUAGE = "en"
_TAGGED = frozenset({PhiType.NAME, PhiType.CITY, PhiType.STREET, PhiType.ZIP, PhiType.FACILITY})


class IdentifierRecognizer(EntityRecognizer):
    """Dates, ages, numbers and addresses of the network: what has a form or a label."""

    def __init__(self) -> None:
        super().__init__(
            [kind.value for kind in PhiType if kind not in _TAGGED or kind is PhiType.ZIP], supported_language=_LANGUAGE
        )

    def load(self) -> None:
        """Nothing is loaded: the patterns are compiled with their modules."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        formed = settled([*find_dates(text), *find_ages(text), *find_contacts(text), *find_numbers(text)])
        return _results([*formed, *find_labelled(text, formed)])


class PeopleAndPlacesRecognizer(EntityRecognizer):
    """Names, towns, streets and facilities: our tagger, with titles, labels and the forms of addresses."""

    def __init__(self, finder: PeopleAndPlaces) -> None:
        self._finder = finder
        super().__init__(sorted(kind.value for kind in _TAGGED), supported_language=_LANGUAGE)

    def load(self) -> None:
        """Nothing is loaded: the finder comes with its weights."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        return _results(self._finder.find(text))


class OwnContext(ContextAwareEnhancer):
    """Leaves the scores alone: each of our recognisers reads its own context."""

    def __init__(self) -> None:
        super().__init__(0, 0, 0, 0)

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,
        recognizers: list[EntityRecognizer],
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        return raw_results


def _results(found: Sequence[Found]) -> list[RecognizerResult]:
    return [RecognizerResult(span.type.value, span.start, span.end, span.score) for span in found]


class Analysis:
    """The engine with its recognisers, built once; `find` reads normalised text."""

    def __init__(self, finder: PeopleAndPlaces) -> None:
        registry = RecognizerRegistry(recognizers=[IdentifierRecognizer(), PeopleAndPlacesRecognizer(finder)])
        engine = NoOpNlpEngine(models=[{"lang_code": _LANGUAGE, "model_name": "none"}])
        self._engine = AnalyzerEngine(registry=registry, nlp_engine=engine, context_aware_enhancer=OwnContext())
        self._entities = [kind.value for kind in PhiType]

    def find(self, text: str) -> list[Found]:
        """Spans of all types in order, none overlapping another."""
        results = self._engine.analyze(text, language=_LANGUAGE, entities=self._entities, score_threshold=0.0)
        found = [
            Found(result.start, result.end, PhiType(result.entity_type), float(result.score)) for result in results
        ]
        return settled(where_nothing_else_is(found))
