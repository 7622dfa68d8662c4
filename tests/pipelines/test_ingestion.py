"""The ``ingestion`` pipeline."""

from tests.hostile import many_purchases, plain_csv
from tests.making import judged, raw_chunks, rows_of
from tests.oracle import judge_file

from customer_analytics.core.contract.settings import Contract
from customer_analytics.pipelines.ingestion import create_pipeline
from customer_analytics.pipelines.ingestion.nodes import parse_purchases

TEXT = plain_csv(many_purchases(300, seed=1)) + "ragged,record\n"


def test_every_record_is_there_once_in_order_as_the_oracle_judges_it(twice):
    typed = twice(parse_purchases, raw_chunks(TEXT, chunk_rows=70), Contract())

    assert rows_of(typed) == judged(judge_file(TEXT))


def test_nothing_runs_before_it_is_asked_for():
    def explode(_frame):
        raise AssertionError

    parse_purchases(raw_chunks(TEXT).map(explode), Contract())


def test_the_pipeline_connects_the_names_of_the_catalog():
    pipeline = create_pipeline()

    assert pipeline.inputs() == {"raw_purchases", "params:contract"}
    assert pipeline.outputs() == {"typed_purchases"}
    assert [node.name for node in pipeline.nodes] == ["ingestion.parse_purchases"]
