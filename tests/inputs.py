"""Input files with known hashes, and a fake hash that shows whether files are hashed again."""

import hashlib

from customer_analytics.datasets.source_files import SourceFiles


def two_files(folder):
    (folder / "a.csv").write_bytes(b"one")
    (folder / "b.csv").write_bytes(b"three")
    return folder


def described(name, content):
    return {"file": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def refuse_to_hash(monkeypatch):
    monkeypatch.setattr(SourceFiles, "sha256", lambda *_: "hashed again")
