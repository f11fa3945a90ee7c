"""What a device shows for a row that it has written to itself (page 4 and page 5, X9)."""


def apply_change(shown, change, table):
    """Lays one own change on `shown`, the table's rows by key, as one who knew all of it."""
    key = change["key"]
    if change["kind"] == "delete":
        shown.pop(key, None)
        return
    if change["kind"] == "insert" and key not in shown:
        shown[key] = dict(table.defaults) | {p["field"]: p["value"] for p in change["puts"]}
        return
    if key not in shown:
        return  # its scope was left: the write goes to the hub, the row is not shown (S3)
    fields = shown[key]
    for put in change["puts"]:
        number = put["field"]
        fields[number] = merged(table.policy(number), fields.get(number), put["value"])
    for add in change.get("adds", []):
        fields[add["field"]] = (fields[add["field"]] or 0) + add["delta"]


def merged(policy, current, new):
    """The value of a field after a put by an author who knew `current`."""
    name = policy["name"]
    if name == "lastWriter" or name == "group":
        return new
    if name == "immutable":
        return current
    if name == "lattice":
        return max(current, new, key=policy["states"].index)
    if name in ("maximum", "minimum"):
        known = [value for value in (current, new) if value is not None]
        return (max if name == "maximum" else min)(known, default=None)
    raise NotImplementedError(f"this client does not know the policy {name}")
