import type { Cues } from "./denial";

const BE = "is|are|was|were|be|been|being|remains|remain";
const SEEM = "seems|seem|appears|appear";
const MAY = "may|might|could|can|would|will";
const DUTY = "should|must|shall|ought|has|have|needs|need";
/** Not this, and the thing is not in the picture. */
const SEEN =
  "visible|present|there|here|seen|shown|found|detected|observed|noticed|noticeable|evident|" +
  "apparent|discernible|identified|detectable|available|included|provided|depicted|pictured|" +
  "worn|used|installed|attached|fitted|mounted|existent";
const GONE = "missing|absent|gone|lacking|lost|nowhere|unavailable|removed|stolen";
const NEEDED =
  "required|needed|necessary|mandatory|compulsory|obligatory|recommended|advised|expected|" +
  "prohibited|forbidden|banned";
const PICTURE = "image|images|photo|photos|picture|pictures|frame|scene|view|sight|place";

export const ENGLISH: Cues = {
  innocent: `
    not only|just|merely|simply|solely|exclusively|least|surprisingly|far
    not unlike|uncommon|unusual|impossible|unlikely
    not to mention
    not one but
    in the past century|decade|year|years|month|months|week|weeks
    can not be? help|miss|missed|mistake|mistaken|overlook|overlooked|ignore|ignored|deny|denied
    a|an|the not
    ${BE} not a|an very|particularly|small|minor|tiny|simple|typical|normal|regular|ordinary|standard|large|big|new
    if not
    no doubt|question|mistaking|denying|matter|wonder|problem|coincidence|sooner|exception|secret
    no more|less|fewer|smaller|larger|bigger|wider|longer|thicker|deeper|higher|taller than
    no other|different|better than|from
    without a|any|the? shadow? of? a? doubt|question|exception|hesitation|fail|problem|difficulty
    nothing but|except|besides
    nothing|none|no|anything other|more|less|else|short than|but|of
    more|less|fewer|greater|larger|longer|wider|other than #
    more|less|fewer than one|two|three|four|five|ten|half|a|an
    than usual|normal|average|expected|before|ever|others
    other than
    being used|employed to|for
    would seem|appear|say
    must be a|an|the
    if you|one look|looks|zoom|zooms
    rather a|an|the`,
  ahead: [
    [
      "absent",
      "gap",
      `took|take|takes|taken|taking|pulled * off|away
       keep|keeps|kept|keeping * out|from
       where a|an|the * was|were|used`,
    ],
    ["absent", "word", "non|anti|ex -?\na|an|the no"],
    [
      "absent",
      "object",
      `missing|misses|absent
       remove~
       removal|loss of
       took|take|takes|taken|taking|pulled off|away
       lost|loses its|his|her|their|the|a`,
    ],
    [
      "absent",
      "noun",
      `no|zero
       hardly|scarcely|barely any
       no trace|sign|evidence|indication|hint|sort|kind|type|form of
       not a|any|one single|trace|sign|evidence|indication of?`,
    ],
    [
      "absent",
      "narrow",
      `without
       w / o|out
       lack|lacks|lacked|lacking of?
       absence of
       free of|from
       devoid|empty|emptied|bare|clear|cleared|stripped|rid of
       instead of
       rather than
       in place|lieu of
       as opposed to
       unlike`,
    ],
    [
      "absent",
      "clause",
      `not|never|nor
       no longer
       fail~|refuse~|neglect~|omit~ to
       failure|inability|refusal to
       forget|forgets|forgot|forgotten|forgetting to?
       unable|impossible to`,
    ],
    ["unsaid", "clause", `${BE} not a|an|the|one|my|your`],
    ["absent", "wide", "nothing|nowhere"],
    ["absent", "persons", "nobody|none|neither\nno one|body"],
    [
      "absent",
      "verb",
      `none|neither|few of
       not one of
       not all|every|each|everyone|everybody|everything
       no part|area|portion|section|side of`,
    ],
    [
      "unsaid",
      "rest",
      `if|whether|unless|assuming|suppose|supposing|imagine
       as if|though
       in case of?
       in the event of|that
       had|were|should there
       had he|she|it|they
       prior to
       sign|signs|poster|notice|placard|board that? says|say|reads|read|saying|reading`,
    ],
    [
      "unsaid",
      "clause",
      `would|should|must|shall
       ought|needs|need|has|have|had to
       had better
       supposed|expected|required|told|asked|advised|instructed|reminded|obliged|meant to
       in order to
       make|makes|making|be|to sure
       ensure~
       wish~
       hope|hopes|hoping|hoped
       before putting|wearing|installing|attaching|adding|placing|fitting|mounting
       there ${MAY}|${DUTY} to? be|have
       ${MAY} cause|lead|result|become|develop|turn|form|grow|spread|have|contain|hide|need|require
       check~|inspect~|look~|search~|test~|scan~|examine~|monitor~|watch~|screen~|wait~|ask~|call~ for
       check~|inspect~|search~|test~|scan~|examine~|monitor~|watch~|screen~|ask~ * for
       in search|anticipation|need of
       prevent~|avoid~
       protect~|guard~ against|from
       protect~|guard~ * against|from
       risk|danger|hazard|possibility|chance|likelihood|probability|potential|threat of|for
       labelled|labeled|marked|reserved for
       prone|susceptible|resistant|vulnerable to
       warn~ * of|about|against
       warn~ of|about|against
       beware of
       watch|look out for
       space|room|place|spot|hole|holes|slot|slots|hook|hooks|holder|rack|opening|provision for
       replacement|substitute|alternative for|to
       similar|comparable|identical|akin to
       reminiscent of
       different|differs|differ from|than
       compare~|compared to|with
       than
       the? size of a|an
       as big|large|small|thick|long|wide|thin|tall|high|heavy|hard|strong|sharp as
       shaped like
       mistake|mistaken|mistook|taken|confuse|confused|confusing|misread|misinterpreted for|as|with
       mistake|mistook|confuse|confusing * for|as|with
       need|needs|needed a|an|new|for|some|another|more
       require~|recommend~|demand~
       used|designed|intended|meant|suited|suitable|employed|utilized|needed to|for|as
       made|built to|for
       can|could be used with
       pretend~ to
       imaginary|hypothetical|alleged|formerly
       so - called
       was|were once|previously|originally
       previously|formerly|once * with
       previously|once|originally had|was|were|held|contained|wore|carried|stood|installed|there
       had previously|once|originally`,
    ],
    [
      "unsaid",
      "sentence",
      `in the past
       at one time
       until recently
       long ago
       years|months|weeks|days|hours|minutes ago
       in|from|on a|an|the earlier|previous|former|prior|last image|photo|picture|frame|inspection
       before the|its|their repair|cleaning|maintenance|replacement|installation|service`,
    ],
  ],
  behind: [
    [
      "absent",
      `${BE} completely|entirely|totally? ${GONE}
       ${SEEM} to be|have? been? completely|entirely|totally? ${GONE}
       ${MAY} be|have been? ${GONE}
       has|have|had been ${GONE}|cut|dismantled|demolished
       has|have|had gone missing
       has|have|had fallen|come|broken|disappeared|vanished off|out|away?
       ${BE} being? taken|torn|cut|ripped|broken off|away|down|out
       has|have|had been taken|torn|cut|ripped|broken off|away|down|out
       ${BE} not among the|them|these|those
       ${BE} not|never|nowhere|neither be|been|being? to? be? ${SEEN}
       ${BE} no longer be|been|being? ${SEEN}|worn
       ${BE} not|nowhere|no longer in|to the|any|be? ${PICTURE}
       has|have|had not|never been ${SEEN}
       can|could not|never be ${SEEN}|made|distinguished out?
       does|do|did not appear|exist|show
       does|do|did not seem|appear to be ${SEEN}|any
       ${BE} not wearing|using|holding|carrying
       does|do|did not have|wear|own|use|carry|hold
       nowhere to be seen|found`,
    ],
    [
      "unsaid",
      `${DUTY} to? be ${SEEN}|placed|put|added|kept|in on|place?
       may|might|could|would be|have been? present|there|here|hidden|inside|somewhere|${GONE}
       will|would|is|are to? be installed|added|worn|placed|fitted|attached
       ${DUTY} to? be
       was|were|had been? .
       ${MAY} occur|develop|form|appear|arise|exist|result|happen|follow
       ${BE} ${NEEDED}|essential
       ${BE} not allowed|permitted
       ${BE} not real|one|genuine
       if|where any|present|necessary|needed|applicable`,
    ],
  ],
  behindOpen: [
    [
      "unsaid",
      `used to be|hang|stand|sit|lie|exist|have
       ${BE} once
       once ${BE}|hung|stood|sat|lay
       but it|they? ${BE} actually|really|just|only|merely
       but in fact|reality
       - like|shaped|sized|style|styled|proof|resistant
       test|tests|testing|detection|detector|inspection|prevention|protection|hazard|risk|repellent`,
    ],
    [
      "absent",
      `- free|less
       has|have|had been taken|torn|cut|broken out of`,
    ],
  ],
  label: [
    ["absent", `missing|absent|none|no|nil|lacking|unavailable|removed|free\nn / a\nnot ${SEEN}`],
    ["unsaid", NEEDED],
  ],
};
