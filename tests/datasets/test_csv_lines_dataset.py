"""``CSVLinesDataset``: records as lines of a text file."""

from customer_analytics.datasets import CSVLinesDataset


def test_a_preview_shows_lines_of_text_not_fields(tmp_path):
    path = tmp_path / "lines.csv"
    path.write_text('a,"b\n1,2\n3,4\n')

    assert CSVLinesDataset(filepath=str(path)).preview(nrows=2)["data"] == [['a,"b'], ["1,2"]]
