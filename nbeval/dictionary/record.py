"""What every record of the dictionary has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """One entry of the dictionary: unknown fields are refused, nothing can be changed after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
