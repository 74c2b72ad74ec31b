#!/usr/bin/env python3
"""A second opinion on an exported ledger that shares no code with Cairn: Python's standard library and `openssl`.

It recomputes every leaf hash and the root from tile/entries, compares every hash tile, verifies the checkpoint's signature with
the log's key, and each author's signature with the keys that earlier entries enrolled. It asks no rules: `cairn-verify` does.
Formats: C2SP tlog-tiles, tlog-checkpoint and signed-note; DSSE over in-toto statements; ledger/FORMAT.md for entries.
"""
import argparse, base64, hashlib, json, os, struct, subprocess, sys, tempfile

ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")
ZEROS = "0" * 64


class Broken(Exception):
    pass


def require(holds, message):
    if not holds:
        raise Broken(message)


def sha256(data):
    return hashlib.sha256(data).digest()


def read(directory, *path):
    try:
        with open(os.path.join(directory, *path), "rb") as file:
            return file.read()
    except OSError as error:
        raise Broken(f"{os.path.join(*path)} cannot be read: {error.strerror}")


def tile_name(index, width):
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    return "/".join(groups) + ("" if width == 256 else f".p/{width}")


def signature_holds(folder, spki, message, signature):
    """Asks openssl; Ed25519 signs the message itself, ECDSA its SHA-256."""
    for name, data in (("key", spki), ("message", message), ("signature", signature)):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)
    digest = [] if spki.startswith(ED25519_SPKI) else ["-digest", "sha256"]
    command = ["openssl", "pkeyutl", "-verify", "-rawin", *digest, "-pubin", "-keyform", "DER", "-inkey", "key",
               "-in", "message", "-sigfile", "signature"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def parse_vkey(vkey):
    parts = vkey.split("+", 2)
    require(len(parts) == 3, "it is not NAME+ID+KEY")
    key = base64.b64decode(parts[2], validate=True)
    require(len(key) == 33 and key[0] == 1, "it is none of an Ed25519 log")
    key_id = sha256(parts[0].encode() + b"\n" + key)[:4]
    require(key_id.hex() == parts[1], "its key id is not that of its key")
    return parts[0], key, key_id


def open_checkpoint(folder, note, vkey):
    name, key, key_id = parse_vkey(vkey)
    text, separator, lines = note.rpartition(b"\n\n")
    require(separator, "checkpoint: no signature lines")
    text += b"\n"
    start = b"\xe2\x80\x94 " + name.encode() + b" "
    blobs = [base64.b64decode(line[len(start):], validate=True) for line in lines.split(b"\n") if line.startswith(start)]
    signatures = [blob[4:] for blob in blobs if blob[:4] == key_id]
    require(signatures, f"checkpoint: no signature by {name}")
    for signature in signatures:
        require(signature_holds(folder, ED25519_SPKI + key[1:], text, signature), "checkpoint: the signature does not hold")
    origin, size, root, *_ = text.decode().split("\n")
    require(origin == name, f'checkpoint: the origin is "{origin}", the key is of "{name}"')
    return int(size), base64.b64decode(root, validate=True)


def claimed_head(note):
    """Which tree a checkpoint speaks of, before anybody knows who has to have signed it."""
    lines = note.split(b"\n")
    require(len(lines) > 3, "checkpoint: it has fewer lines than origin, size and root")
    return int(lines[1]), base64.b64decode(lines[2], validate=True)


def read_entries(directory, size):
    for index in range((size + 255) // 256):
        width = min(256, size - 256 * index)
        name = "tile/entries/" + tile_name(index, width)
        bundle, at = read(directory, name), 0
        for _ in range(width):
            length = struct.unpack(">H", bundle[at:at + 2])[0] if at + 2 <= len(bundle) else len(bundle)
            require(at + 2 + length <= len(bundle), f"{name} ends within an entry")
            yield bundle[at + 2:at + 2 + length]
            at += 2 + length
        require(at == len(bundle), f"{name} goes on behind its entries")


def roots_of(leaves):
    """The root at every size: the complete subtrees on the right edge, joined from the right."""
    edge, roots = [], [sha256(b"")]
    for leaf in leaves:
        count, node = 1, leaf
        while edge and edge[-1][0] == count:
            node, count = sha256(b"\x01" + edge.pop()[1] + node), 2 * count
        edge.append((count, node))
        root = edge[-1][1]
        for _, left in reversed(edge[:-1]):
            root = sha256(b"\x01" + left + root)
        roots.append(root)
    return roots


def check_hash_tiles(directory, hashes):
    level = 0
    while hashes:
        for index in range((len(hashes) + 255) // 256):
            tile = hashes[256 * index:256 * (index + 1)]
            name = f"tile/{level}/" + tile_name(index, len(tile))
            require(read(directory, name) == b"".join(tile), f"{name} is not what the entries hash to")
        hashes = [roots_of(hashes[i:i + 256])[-1] for i in range(0, len(hashes) - 255, 256)]
        level += 1


def decode_entry(entry):
    """version:u8 recorded:u64 outcome_len:u8 outcome count:u8 {key_id:32 len:u16 sig}... payload"""
    version, _, length = struct.unpack(">BQB", entry[:10])
    require(version == 1, f"version {version} is not known here")
    outcome, at = entry[10:10 + length].decode("ascii"), 10 + length + 1
    signatures = []
    for _ in range(entry[at - 1]):
        key_id, length = struct.unpack(">32sH", entry[at:at + 34])
        signatures.append((key_id.hex(), entry[at + 34:at + 34 + length]))
        at += 34 + length
    return outcome, signatures, entry[at:]


class Log:
    """Who signs for the log, as its entries say: the verifier keys that do, and for which ledger."""

    def __init__(self):
        self.ledger, self.signing = ZEROS, []

    def follow(self, seq, leaf, events):
        for event in events:
            kind, vkey = event["type"], event.get("log_key")
            if kind == "ledger.forked/1":
                self.signing.clear()
            if kind in ("ledger.created/1", "ledger.forked/1"):
                self.ledger = leaf.hex()
            if kind in ("ledger.created/1", "ledger.forked/1", "log.key_added/1"):
                self.signing.append(vkey)
            if kind in ("log.key_retired/1", "log.key_compromised/1") and vkey in self.signing:
                self.signing.remove(vkey)


def check_log(folder, vkey, log, note):
    """Every key that signs now signed the newest head, and the one that was brought along is among them: who may add a
    key is for rules to say, which nobody asks here, so no other key is led on from."""
    require(vkey in log.signing, "that key does not sign for this log now; bring the one that cairn log-key prints")
    for signer in log.signing:
        open_checkpoint(folder, note, signer)


def check_author(folder, seq, entry, roots, keys, log):
    """Verifies one entry by the keys known so far, then lets it speak: `keys` is key id -> (handle, SPKI)."""
    outcome, signatures, payload = decode_entry(entry)
    predicate = json.loads(payload)["predicate"]
    events = predicate["events"]
    added = [(event["handle"], base64.b64decode(event["key"])) for event in events
             if event["type"] in ("actor.enrolled/1", "key.added/1")]
    if seq == 0:
        require(events[0]["type"] == "ledger.created/1", "it does not create a ledger")
        added.append(("recovery", base64.b64decode(events[0]["recovery_key"])))
    added = {sha256(spki).hex(): (handle, spki) for handle, spki in added}
    require(predicate["ledger"] == log.ledger, "it was written for another ledger")
    known = keys if seq else added  # entry 0 is signed by the key that it names
    require(len(signatures) == 1, f"it has {len(signatures)} signatures")
    key_id, signature = signatures[0]
    require(key_id in known, f"key {key_id} was not enrolled by then")
    handle, spki = known[key_id]
    require(handle == predicate["author"], f'the key is of "{handle}", the author is "{predicate["author"]}"')
    signed = b"DSSEv1 28 application/vnd.in-toto+json %d " % len(payload) + payload
    require(signature_holds(folder, spki, signed, signature), f'the signature of "{handle}" does not hold')
    size, root = predicate["basis"]["size"], predicate["basis"]["root"]
    on_history = size == 0 and root == ZEROS if seq == 0 else 0 < size <= seq and root == roots[size].hex()
    require(on_history or outcome == "basis_not_on_history", "the head that the author had seen is not on this history")
    if not outcome:
        keys.update(added)
        log.follow(seq, sha256(b"\x00" + entry), events)
        for event in events:
            if event["type"] == "key.revoked/1":
                keys.pop(event["key"], None)


def verify(directory, vkey, entry_format):
    with tempfile.TemporaryDirectory() as folder:
        note = read(directory, "checkpoint")
        size, root = claimed_head(note)
        require(size > 0, "checkpoint: the tree is empty, so there is nothing to verify")
        entries = list(read_entries(directory, size))
        leaves = [sha256(b"\x00" + entry) for entry in entries]
        roots = roots_of(leaves)
        require(roots[-1] == root, "checkpoint: the root is not that of the entries")
        check_hash_tiles(directory, leaves)
        if entry_format != "cairn":
            open_checkpoint(folder, note, vkey)
        keys, log = {}, Log()
        for seq, entry in enumerate(entries if entry_format == "cairn" else []):
            try:
                check_author(folder, seq, entry, roots, keys, log)
            except Broken as broken:
                raise Broken(f"entry {seq}: {broken}")
            except (struct.error, ValueError, KeyError, IndexError, TypeError) as error:
                raise Broken(f"entry {seq}: it does not parse ({type(error).__name__}: {error})")
        if entry_format == "cairn":
            check_log(folder, vkey, log, note)
    authors = f", {len(entries)} authors' signatures" if entry_format == "cairn" else ""
    print(f"holds: {len(entries)} entries, root {root.hex()}, the checkpoint's signature, every tile{authors}")


def main():
    parser = argparse.ArgumentParser(description="Verifies an exported ledger without any of Cairn's code.")
    parser.add_argument("directory", help="what `cairn export` wrote")
    parser.add_argument("vkey", help="a key of the log, as `cairn log-key` prints it")
    parser.add_argument("--entry-format", choices=("cairn", "none"), default="cairn", help="none: hashes only")
    arguments = parser.parse_args()
    try:
        parse_vkey(arguments.vkey)
    except (Broken, ValueError) as wrong:
        parser.error(f"the second argument is no log's key as `cairn log-key` prints it: {wrong}")
    if not os.path.isfile(os.path.join(arguments.directory, "checkpoint")):
        print(f"{arguments.directory} holds no file `checkpoint`: give the directory that `cairn export` wrote", file=sys.stderr)
        return 1
    try:
        verify(arguments.directory, arguments.vkey, arguments.entry_format)
    except (Broken, ValueError) as broken:
        print(f"does not hold: {broken}")
        return 5
    except FileNotFoundError as error:
        print(f"{error.filename} is missing: install it and run this again", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
