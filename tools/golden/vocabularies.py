"""Tokenizers with the structure of CLIP's and SigLIP's and a vocabulary of a few hundred."""

import math
from collections import Counter

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

START, END = "<|startoftext|>", "<|endoftext|>"
SPACE = "▁"
CLIP_PATTERN = (
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
)


def _learn_merges(corpus: list[str], count: int) -> list[tuple[str, str]]:
    """Byte-pair merges, most frequent first; ties go to the pair that sorts first."""
    words = Counter(word for text in corpus for word in text.lower().split() if word.isascii())
    pieces = {word: [*word[:-1], word[-1] + "</w>"] for word in words}
    merges = []
    for _ in range(count):
        pairs: Counter[tuple[str, str]] = Counter()
        for word, times in words.items():
            for pair in zip(pieces[word], pieces[word][1:]):
                pairs[pair] += times
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for word, old in pieces.items():
            new, at = [], 0
            while at < len(old):
                if tuple(old[at : at + 2]) == best:
                    new.append(old[at] + old[at + 1])
                    at += 2
                else:
                    new.append(old[at])
                    at += 1
            pieces[word] = new
    return merges


def build_clip_tokenizer(corpus: list[str], merge_count: int) -> Tokenizer:
    """Bytes, bytes that end a word, merges, start, end: so the end token has the highest id."""
    merges = _learn_merges(corpus, merge_count)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = [*alphabet, *(byte + "</w>" for byte in alphabet), *("".join(m) for m in merges)]
    tokens = [*dict.fromkeys(tokens), START, END]
    vocab = {token: index for index, token in enumerate(tokens)}
    tokenizer = Tokenizer(
        models.BPE(
            vocab=vocab,
            merges=merges,
            continuing_subword_prefix="",
            end_of_word_suffix="</w>",
            unk_token=END,
        )
    )
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(CLIP_PATTERN), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.RobertaProcessing(
        (END, vocab[END]), (START, vocab[START]), trim_offsets=False, add_prefix_space=False
    )
    tokenizer.add_special_tokens([START, END])
    return tokenizer


def _score_pieces(corpus: list[str], count: int) -> list[tuple[str, float]]:
    """All characters and the substrings that save the most, each with its log frequency.

    A plain stand-in for the library's trainer, which gives another result at each run.
    """
    pieces: Counter[str] = Counter()
    for text in corpus:
        for word in text.split():
            word = SPACE + word
            for start in range(len(word)):
                ends = range(start + 1, min(start + 8, len(word)) + 1)
                pieces.update(word[start:end] for end in ends)
    total = pieces.total()
    single = sorted(piece for piece in pieces if len(piece) == 1)
    longer = sorted(
        (piece for piece in pieces if len(piece) > 1),
        key=lambda piece: (-pieces[piece] * (len(piece) - 1), piece),
    )
    return [(piece, math.log(pieces[piece] / total)) for piece in [*single, *longer[:count]]]


def build_siglip_tokenizer(corpus: list[str], piece_count: int) -> Tokenizer:
    """Unigram pieces with a closing token that also pads. It keeps upper case, as SigLIP 2's does."""
    specials = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    vocab = specials + _score_pieces(corpus, piece_count)
    tokenizer = Tokenizer(models.Unigram(vocab, unk_id=2))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens([piece for piece, _ in specials])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    return tokenizer
