"""The closed sets of words that the dictionary may use: the code depends on every one of them."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """How sure a fact is."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"


class MissingReason(StrEnum):
    """Why a respondent has no answer to an item. A closed set: bases depend on it."""

    NOT_ASKED = "not_asked"
    NOT_APPLICABLE = "not_applicable"
    NOT_ANSWERED = "not_answered"
    DONT_KNOW = "dont_know"
    PREFER_NOT_TO_SAY = "prefer_not_to_say"
    INVALID = "invalid"
    ABSENT = "absent"


class Design(StrEnum):
    """How the waves of a cohort relate to one another."""

    REPEATED_CROSS_SECTIONS = "repeated_cross_sections"
    MATCHED = "matched"


class Lonely(StrEnum):
    """What a stratum with one sampled cluster adds to the error: there is nothing to compare the cluster with."""

    ADJUST = "adjust"            # its distance from the mean of all, which errs on the wide side
    CERTAINTY = "certainty"      # nothing: it was bound to be drawn
    AVERAGE = "average"          # what the other strata add on average
    FAIL = "fail"                # there is no error


class ItemKind(StrEnum):
    """What sort of answer an item takes."""

    CHOICE = "choice"        # one of a response set
    NUMBER = "number"        # a number between lowest and highest
    OPTION = "option"        # one option of a multi-select item: chosen (1) or not (0)
    TEXT = "text"            # typed by a person; kept apart, never published


class Role(StrEnum):
    """What a raw column is."""

    ITEM = "item"                      # one item, one column
    OPTIONS = "options"                # one column of several options of `item`, parted by the separator
    SUBMISSION = "submission"          # the survey tool's number of the form
    STATUS = "status"                  # complete, partial, ...
    STARTED = "started"
    FINISHED = "finished"
    TEST = "test"                      # marks a test submission
    AUTHORITY = "authority"            # only where the file name does not say
    WAVE = "wave"                      # only where one file holds several waves
    PERSON = "person"                  # an identifier that links waves (matched designs only)
    WEIGHT = "weight"                  # how many people the respondent represents, as the data come with it
    STRATUM = "stratum"                # the stratum that the respondent was drawn from
    CLUSTER = "cluster"                # what was drawn with all its respondents: a school, a household
    IDENTIFYING = "identifying"        # dropped on reading, and named in the findings
    IGNORED = "ignored"                # known and not used


class Measure(StrEnum):
    """What an indicator reports of its item or scale."""

    PERCENT = "percent"                # share of valid answers with one of `codes`
    MEAN = "mean"                      # mean of the number or score
    ORDERED = "ordered"                # its answers in the order of their codes: compared by ranks and odds only


class ScaleRule(StrEnum):
    """How the answered items of a scale become a score."""

    SUM = "sum"
    MEAN = "mean"
    PRORATED_SUM = "prorated_sum"      # mean of the valid items times the number of items
    COUNT = "count"                    # number of items that fall in their `counts_when` codes


class Direction(StrEnum):
    """Which way an indicator is better for the people it describes."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Match(StrEnum):
    """How well a benchmark's definition fits ours. `differs` is shown and never tested."""

    SAME = "same"
    CLOSE = "close"
    DIFFERS = "differs"


class Quantity(StrEnum):
    """What an estimate is of. A closed set: tables, words and disclosure rules depend on it."""

    PERCENT = "percent"                          # share of valid answers, 0 to 100
    MEAN = "mean"
    MEDIAN = "median"
    SD = "sd"
    RESPONSE_RATE = "response_rate"
    ITEM_NONRESPONSE = "item_nonresponse"
    POPULATION_SHARE = "population_share"        # a margin of the population, as declared
    CHANGE = "change"                            # final minus baseline, points or scale points
    CHANGE_ADJUSTED = "change_adjusted"
    CHANGE_SAME_PEOPLE = "change_same_people"    # the plain change of those in the model of the adjusted one
    EVENTS_PER_VARIABLE = "events_per_variable"  # of a model: the rarer of two answers, for each coefficient
    AUTHORITIES_LEFT_OUT = "authorities_left_out"  # of a model, as all or none have the outcome: never released
    CHANGE_POOLED = "change_pooled"              # random effects over authorities
    DIFFERENCE_IN_DIFFERENCES = "difference_in_differences"  # the change less that of the comparison authorities
    DID_OF_AUTHORITIES = "difference_in_differences_authorities"  # the same of the authorities' mean changes, each counted alike
    EVENT_STUDY = "event_study"                  # the same of a wave before the programme: none is expected
    MOVED_UP = "moved_up"                        # of the people who answered at both waves: gave a higher answer at the later
    MOVED_DOWN = "moved_down"
    STAYED = "stayed"
    PREDICTION = "prediction"                    # interval for the change in another authority
    CHANGE_SHRUNKEN = "change_shrunken"          # an authority's change, drawn towards the mean of all
    CHANGE_LEFT_OUT = "change_left_out"          # the mean of all without this authority
    ICC = "icc"                                  # part of the variance that lies between authorities
    HETEROGENEITY = "heterogeneity"              # I squared; Q, df, p on the row
    TREND = "trend"                              # slope from wave to wave, over three waves and more
    TREND_DEPARTURE = "trend_departure"          # test of what a straight line leaves over: its statistic
    SMALLEST_CHANGE = "smallest_change"          # detectable with 80 % power
    OVERLAP_BOUND = "overlap_bound"              # a change if as many as possible answered twice, and alike
    OVERLAP_WIDEST = "overlap_widest"            # a change at the lowest correlation thought possible
    CHANGE_MISSING_BOUND_LOWEST = "change_missing_bound_lowest"      # a change had all who did not answer lowered it
    CHANGE_MISSING_BOUND_HIGHEST = "change_missing_bound_highest"    # or raised it
    CHANGE_IMPUTED = "change_imputed"            # with missing answers drawn as alike people answered
    COMPOSITION_TEST = "composition_test"        # whether two make-ups differ; how strongly is the estimate
    ATTRITION = "attrition"                      # share of the first wave's people who did not answer again
    DIFFERENCE = "difference"                    # a level against another, or a comparator
    EFFECT_SIZE = "effect_size"                  # Hedges g
    SUPERIORITY = "superiority"                  # probability of superiority
    RANK_BISERIAL = "rank_biserial"              # of the same people's changes
    PROPORTIONALITY = "proportionality"          # test of the model behind an odds ratio: its statistic
    ODDS_RATIO = "odds_ratio"
    MARGINAL_EFFECT = "marginal_effect"
    ALPHA = "alpha"
    ITEM_REST = "item_rest"
    FLOOR = "floor"
    CEILING = "ceiling"
    STRAIGHT_LINING = "straight_lining"          # one and the same answer to every item of a scale
    LOWEST = "lowest"                            # of the authorities, unnamed
    HIGHEST = "highest"
    BENCHMARK = "benchmark"                      # a published value
    EFFECTIVE_N = "effective_n"
    DESIGN_EFFECT = "design_effect"
    LARGEST_WEIGHT = "largest_weight"            # over the mean weight
    MARGIN_GAP = "margin_gap"                    # the most that a weighted margin is off the population's, in points
    COUNT = "count"
    DAY = "day"                                  # a date, in days since 1 January 1970
    KAPPA = "kappa"                              # agreement of two bodies of raters beyond chance
    COUNT_LOWEST = "count_lowest"                # fewest people that a printed figure may mean
    COUNT_HIGHEST = "count_highest"              # most people that it may mean
    P_SMALLEST = "p_smallest"                    # p-value, smallest over all that rounding allows
    P_LARGEST = "p_largest"                      # and largest


class Rounding(StrEnum):
    """How a printed figure was rounded. Unknown admits half up and half even alike."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    UNKNOWN = "unknown"


class Symbol(StrEnum):
    """What official tables print in place of a number, by what it means."""

    WITHHELD = "withheld"              # kept back, so that nobody can be recognised: any count
    NOT_AVAILABLE = "not_available"    # not asked, or not collected: no count at all
    NOT_APPLICABLE = "not_applicable"  # does not apply: no count at all
    LOW = "low"                        # more than nobody, but rounds to zero


class ReportForm(StrEnum):
    """How a kind of report is written and laid out."""

    REPORT = "report"                  # headings, tables and figures, notes in full
    PLAIN = "plain"                    # the same in short and plain words, pictures first
    SLIDES = "slides"                  # one finding a page


class Signatory(StrEnum):
    """Who signs a release: as in secure research environments, its author and another person who checks what leaves."""

    AUTHOR = "author"
    OUTPUT_CHECKER = "output_checker"


class Protection(StrEnum):
    """How a release keeps small counts from its readers."""

    SUPPRESSION = "suppression"        # withheld, with what would give them back
    ROUNDING = "rounding"              # every count to a multiple of a base, so that parts still add up


class SourceKind(StrEnum):
    """What a source is made of, and so which way it goes through the stages."""

    SURVEY = "survey"                  # answers, one form per respondent
    SELF_ASSESSMENT = "self_assessment"  # workbooks of ratings, one sheet per body of raters
    ACTION_PLAN = "action_plan"        # one row per action
    VISITS = "visits"                  # one row per visit or event
    ENTRY = "entry"                    # one row per condition that was promised, or rated
    INTERVIEWS = "interviews"          # one row per coded segment of an interview or an open answer
    QUOTES = "quotes"                  # one row per quote that may be printed, and the names that none may contain
    INSPECTIONS = "inspections"        # judgements of inspectors, each with its day
    OFFICIAL = "official"              # figures that government publishes of every authority
    PUBLISHED = "published"            # figures printed elsewhere


class FieldRole(StrEnum):
    """What a column of a source that is no survey holds."""

    KEY = "key"                        # the number of the action, the visit or the point, by which a row is known
    AUTHORITY = "authority"            # an id or a name
    WAVE = "wave"                      # the occasion that a workbook says it is of
    PEOPLE = "people"                  # how many young people gave a rating, or were there
    STAFF = "staff"                    # how many workers were there
    RATING = "rating"                  # a step of the scale `rating`
    AREA = "area"                      # an area of the instrument
    INDICATORS = "indicators"          # indicators that an action addresses, parted by the separator
    STATUS = "status"                  # how far it has come, at the occasion
    INVOLVEMENT = "involvement"        # how far young people were involved
    KIND = "kind"                      # any further choice: a cornerstone, in person or online
    DUE = "due"                        # the day by which an action is to be done
    PLANNED = "planned"                # the day for which a visit was planned
    HELD = "held"                      # the day on which it was held, empty where it was not; of a judgement, its day
    PERSON = "person"                  # who is quoted, by a number; never printed, so that all of their quotes can be withdrawn
    DOCUMENT = "document"              # the interview, the return or the open answer that a segment is from
    CODER = "coder"                    # who gave the code; where no column says it, the end of the file's name: x_ab.csv
    QUOTE = "quote"                    # the words of a quote; kept only where they are released with consent
    CONSENT = "consent"                # whether the speaker agreed to be quoted
    RELEASE = "release"                # whether the quote is marked for print
    DECISION = "decision"              # what somebody decided about what the screen of quotes found
    SIGNED = "signed"                  # who decided
    OVERRULED = "overruled"            # the kinds of finding that whoever decided has read and lets pass, parted by the separator
    ATTRIBUTE = "attribute"            # what is printed of the speaker: `choices` is a group
    NAME = "name"                      # a name that no quote may contain
    TEXT = "text"                      # typed by somebody; dropped on reading, never published


class Identifier(StrEnum):
    """A kind of text in a quote that points to a person, by the name with which a person overrules the screen."""

    NAME = "name"                      # on a list, or written as names are
    PERSON = "named person"            # a worker, a friend, somebody of the family, with a name
    PLACE = "place"
    ROOM = "room or house number"
    DATE = "date"
    AGE = "age"
    EMAIL = "e-mail address"
    PHONE = "telephone number"
    POSTCODE = "postcode"
    NHS_NUMBER = "NHS number"
    NI_NUMBER = "National Insurance number"
    RECORD_NUMBER = "number of a record"
    WEB_ADDRESS = "web address"
    HANDLE = "social media name"
    COMBINATION = "combination"        # of signs that tell of nobody one by one


class Retained(StrEnum):
    """A kind of what lies on disk, for which a programme says how long it is kept."""

    EXPORTS = "exports"                        # raw data, declared files and others beside them
    CORRECTIONS = "corrections"
    INTERNAL_RESULTS = "internal_results"      # what `nbeval results --internal` wrote
    INTERNAL_REPORTS = "internal_reports"      # reports that are never published
    CACHE = "cache"                            # disclosed results, findings and invented exports, worked out again when they are needed
    LEFTOVERS = "leftovers"                    # of runs that were killed
    BUNDLES = "bundles"
    KEY = "key"                                # of checksums and withdrawals
    LEDGER = "ledger"                          # statements, signatures, withdrawals
    REPORTS = "reports"                        # published


class OfficialRole(StrEnum):
    """What a column of an official table is."""

    YEAR = "year"
    CODE = "code"                      # official code of the authority, of the system `ons`
    NAME = "name"                      # its name
    BREAKDOWN = "breakdown"            # what is counted or averaged
    AGE = "age"
    COUNT = "count"
    VALUE = "value"                    # the percentage or the mean
    CONF_LOW = "conf_low"
    CONF_HIGH = "conf_high"
    SYMBOL = "symbol"                  # why there is no number, where a column of its own says so
    IGNORED = "ignored"


class YearForm(StrEnum):
    """How an official table writes the year of a figure; all of them end on 31 March."""

    ENDS = "ends_31_march"             # 2021 is the year that ends on 31 March 2021
    STARTS = "starts_1_april"          # 2020-04-01/P1Y is the same year
