"""The finding about the population stability index (PSI) of a column."""

from customer_analytics.core.drift.checks.findings import Finding, build_finding
from customer_analytics.core.drift.checks.pair import ProfilePair
from customer_analytics.core.drift.statistics.categorical import chi_square, merge_rare, psi
from customer_analytics.core.drift.statistics.noise import NoiseDraws
from customer_analytics.core.drift.statistics.numeric import I64
from customer_analytics.core.drift.statistics.significance import ONE_SIDED_95


def compare_stability(
    pair: ProfilePair, column: str, counts: tuple[I64, I64], draws: NoiseDraws, detail: str = ""
) -> Finding:
    """Return the finding about the PSI of a column.

    ``counts`` has one array per profile: the row count of each bin or value. ``draws`` holds the noise floor and the
    standard error of the PSI, simulated for ``counts``. ``detail`` is text at the end of the explanation.
    """
    index = float(psi(*counts))
    return build_finding(
        pair.settings,
        "psi",
        index,
        ONE_SIDED_95 * draws.psi_error,
        column=column,
        floor=draws.psi_floor,
        p=chi_square(*merge_rare(*counts), draws.dispersion).p,
        explanation=f"PSI of {column} is {index:.3g}{detail}.",
    )
