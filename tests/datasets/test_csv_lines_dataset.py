"""``CSVLinesDataset``: lines of text, shown without being read as records."""

from customer_analytics.datasets import CSVLinesDataset


def test_lines_are_previewed_as_they_stand(tmp_path):
    path = tmp_path / "lines.csv"
    path.write_text('a,"b\n1,2\n3,4\n')

    assert CSVLinesDataset(filepath=str(path)).preview(nrows=2)["data"] == [['a,"b'], ["1,2"]]
