"""The whole office's meter against the weather: a change-point model for each kind of day (domain 4.2).

    y = b0 + bh (Th - T)+ + bc (T - Tc)+      daily kWh against the day's mean outdoor °C; bh, bc >= 0; Th <= Tc

Least squares at every point of a 0.5 °C grid, the lowest BIC among 1P, 3P heating, 3P cooling and 5P; p counts coefficients
and change points. Workdays (make-up workdays too) and other days have a model each. numpy only: a year takes 0.1 s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Form = Literal["1P", "3P heating", "3P cooling", "5P"]

GRID_CELSIUS: Final = 0.5
_SMALLEST: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model. Slopes are kWh a day and °C; a change point is None where the form has none."""

    form: Form
    base_kwh: float
    heating_kwh_per_celsius: float
    cooling_kwh_per_celsius: float
    heating_below_celsius: float | None
    cooling_above_celsius: float | None
    days: int
    parameters: int
    rmse_kwh: float
    mean_kwh: float

    @property
    def cv(self) -> float:
        """CV(RMSE): the quality gate's measure; infinite for an office that used nothing."""
        return self.rmse_kwh / self.mean_kwh if self.mean_kwh > 0 else float("inf")

    def predict(self, celsius: Array) -> Array:
        """Daily kWh at these daily means."""
        y = np.full(celsius.shape, self.base_kwh)
        if self.heating_below_celsius is not None:
            y += self.heating_kwh_per_celsius * np.maximum(0.0, self.heating_below_celsius - celsius)
        if self.cooling_above_celsius is not None:
            y += self.cooling_kwh_per_celsius * np.maximum(0.0, celsius - self.cooling_above_celsius)
        return y


def fit(celsius: Sequence[float] | Array, kwh: Sequence[float] | Array) -> Model:
    """The best of the four forms. At least three days; raises ValueError below that."""
    t, y = np.asarray(celsius, dtype=float), np.asarray(kwh, dtype=float)
    if t.size != y.size or t.size < 3:  # noqa: PLR2004  a line needs three points to have an error
        raise ValueError("a change-point model needs as many temperatures as days, and three of them")
    low, high = np.floor(t.min() / GRID_CELSIUS), np.ceil(t.max() / GRID_CELSIUS)
    grid = np.arange(low, high + 1) * GRID_CELSIUS
    candidates = [_constant(y), *_one_sided(t, y, grid)]
    two_sided = _two_sided(t, y, grid)
    if two_sided is not None:
        candidates.append(two_sided)
    best = min(candidates, key=lambda each: each.bic)
    spare = max(1, y.size - best.parameters)
    return Model(
        best.form,
        best.coefficients[0],
        best.coefficients[1],
        best.coefficients[2],
        best.heating_below,
        best.cooling_above,
        int(y.size),
        best.parameters,
        float(np.sqrt(best.rss / spare)),
        float(y.mean()),
    )


@dataclass(frozen=True, slots=True)
class _Candidate:
    form: Form
    coefficients: tuple[float, float, float]
    heating_below: float | None
    cooling_above: float | None
    rss: float
    parameters: int
    bic: float


def _candidate(
    form: Form, coefficients: tuple[float, float, float], th: float | None, tc: float | None, rss: float, n: int
) -> _Candidate:
    parameters = {"1P": 1, "3P heating": 3, "3P cooling": 3, "5P": 5}[form]
    bic = n * float(np.log(max(rss / n, _SMALLEST))) + parameters * float(np.log(n))
    return _Candidate(form, coefficients, th, tc, rss, parameters, bic)


def _constant(y: Array) -> _Candidate:
    mean = float(y.mean())
    return _candidate("1P", (mean, 0.0, 0.0), None, None, float(((y - mean) ** 2).sum()), y.size)


def _one_sided(t: Array, y: Array, grid: Array) -> list[_Candidate]:
    """The best change point of each side with a slope that is not negative."""
    found: list[_Candidate] = []
    for form, x in (
        ("3P heating", np.maximum(0.0, grid[:, None] - t)),
        ("3P cooling", np.maximum(0.0, t - grid[:, None])),
    ):
        centred = x - x.mean(axis=1, keepdims=True)
        spread = (centred**2).sum(axis=1)
        slope = np.divide(centred @ (y - y.mean()), spread, out=np.full(grid.shape, -1.0), where=spread > _SMALLEST)
        rss = ((y - y.mean()) ** 2).sum() - slope**2 * spread
        rss[slope < 0] = np.inf
        best = int(rss.argmin())
        if not np.isfinite(rss[best]):
            continue
        at, b = float(grid[best]), float(slope[best])
        base = float(y.mean() - b * x[best].mean())
        if form == "3P heating":
            found.append(_candidate("3P heating", (base, b, 0.0), at, None, float(max(rss[best], 0.0)), y.size))
        else:
            found.append(_candidate("3P cooling", (base, 0.0, b), None, at, float(max(rss[best], 0.0)), y.size))
    return found


def _two_sided(t: Array, y: Array, grid: Array) -> _Candidate | None:
    """All pairs Th <= Tc at once, by the normal equations of two centred regressors."""
    heating, cooling = np.maximum(0.0, grid[:, None] - t), np.maximum(0.0, t - grid[:, None])
    h = heating - heating.mean(axis=1, keepdims=True)
    c = cooling - cooling.mean(axis=1, keepdims=True)
    yc = y - y.mean()
    hh, cc, hc = (h**2).sum(axis=1)[:, None], (c**2).sum(axis=1)[None, :], h @ c.T
    hy, cy = (h @ yc)[:, None], (c @ yc)[None, :]
    determinant = hh * cc - hc**2
    fits = (determinant > 1e-9 * np.maximum(hh * cc, _SMALLEST)) & (grid[:, None] <= grid[None, :])
    divisor = np.where(fits, determinant, 1.0)
    bh, bc = (cc * hy - hc * cy) / divisor, (hh * cy - hc * hy) / divisor
    rss = np.where(fits & (bh >= 0) & (bc >= 0), (yc**2).sum() - bh * hy - bc * cy, np.inf)
    i, j = (int(each) for each in np.unravel_index(int(rss.argmin()), rss.shape))
    if not np.isfinite(rss[i, j]):
        return None
    slopes = float(bh[i, j]), float(bc[i, j])
    base = float(y.mean() - slopes[0] * heating[i].mean() - slopes[1] * cooling[j].mean())
    best = float(max(rss[i, j], 0.0))
    return _candidate("5P", (base, *slopes), float(grid[i]), float(grid[j]), best, y.size)
