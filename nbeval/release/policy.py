"""Whether the policy of disclosure control is as strict as the programme declares, or somebody has signed that it is not."""

from __future__ import annotations

from pathlib import Path

from nbeval.dictionary import Dictionary
from nbeval.dictionary.policy import Weakness, weaknesses
from nbeval.errors import DisclosureError, SignatureError
from nbeval.release.sign import Purpose, Signer, signature_text, signer_of, signers_file

POLICY = "disclosure.toml"


def check_policy(dictionary: Dictionary, releases: Path) -> tuple[tuple[Weakness, ...], Signer | None]:
    """In what the policy is weaker than declared, and who has signed that it is.

    Raises
    ------
    DisclosureError
        It is weaker and nobody who may has signed the file as it is.
    """
    found = weaknesses(dictionary)
    if not found:
        return (), None
    signature = releases / f"{POLICY}.sig"
    try:
        return found, signer_of((dictionary.folder / POLICY).read_bytes(), signature_text(signature),
                                Purpose.POLICY, signers_file(releases))
    except (OSError, SignatureError) as fault:
        why = fault.what if isinstance(fault, SignatureError) else "nobody signed it"
        raise DisclosureError(
            f"the policy of disclosure control is weaker than the programme declares: {why.rstrip('.')}.",
            found="\n".join(map(str, found)), where=POLICY,
            do=f"put it right; or let somebody sign it who may, with 'ssh-keygen -Y sign -n {Purpose.POLICY} -f KEY {POLICY}', and move the "
               f"signature {POLICY}.sig to the project's folder of releases.") from None
