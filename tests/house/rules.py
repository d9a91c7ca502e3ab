"""All rules, by subject. Importing this registers them."""
import rules_generated
import rules_layers  # noqa: F401
import rules_lengths
import rules_schema  # noqa: F401
import rules_tables  # noqa: F401
import rules_text  # noqa: F401


def update(tree):
    """Writes anew what is derived from the tree."""
    rules_generated.update(tree)
    rules_lengths.update(tree)
