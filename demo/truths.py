"""What is true about the demo company, stated once and used by the generator itself.

The SQL steps of the generator read every number below from here, so that what is stated and what
lies in the files cannot differ. Whoever tests the warehouse compares its findings with `TRUTHS`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from demo.dirt_rules import DIRT_RULES, DirtRule


def _check_probability(owner: str, name: str, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{owner}.{name} is {value}; a probability lies between 0 and 1")


class _Probabilities:
    """Check that every field whose name ends in `_probability` or `_share` is one."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if name.endswith(("_probability", "_share")):
                _check_probability(type(self).__name__, name, value)


@dataclass(frozen=True, kw_only=True)
class History:
    """First and last day of the exports, both included."""

    first_day: date = date(2024, 7, 1)
    last_day: date = date(2026, 6, 30)

    def __post_init__(self) -> None:
        if self.last_day <= self.first_day:
            raise ValueError(f"history ends on {self.last_day}, before it begins")

    @property
    def months(self) -> int:
        """Calendar months covered, the last one included."""
        years = self.last_day.year - self.first_day.year
        return 12 * years + self.last_day.month - self.first_day.month + 1


@dataclass(frozen=True, kw_only=True)
class Customers(_Probabilities):
    """Who the customers are.

    Counts that tests rely on are tied to the customer's number, so they are exact at every size:
    one customer in `test_account_every`, from the middle of each stretch, is the company's own test
    account; every `double_account_every`-th signed up twice with one e-mail and has two accounts.
    """

    prospect_probability: float = 0.10
    self_serve_probability: float = 0.42
    test_account_every: int = 200
    double_account_every: int = 40
    full_use_share: float = 0.22
    heavy_reporter_share: float = 0.22
    win_back_probability: float = 0.06

    def test_accounts(self, customers: int) -> int:
        """Return how many of the customers are test accounts."""
        return (customers + self.test_account_every // 2) // self.test_account_every

    def double_accounts(self, customers: int) -> int:
        """Return how many customers have a second CRM account."""
        return customers // self.double_account_every


@dataclass(frozen=True, kw_only=True)
class Churn:
    """Log-odds of leaving within 30 days, given what had happened by the end of the month before.

    The probability is 1 / (1 + exp(-(intercept + Σ coefficient · measure))); over a month in
    which a customer is exposed for d days it is 1 - (1 - p) ** (d / 30). Nobody leaves in the first
    `safe_days`. Measures:

    - `usage_decline`: how far use lies below the customer's own normal, in log units, 0 to 2.5;
    - `payment_failure`, `unexpected_charge`, `bad_ticket`: counts, fading by `memory` a month, at
      most 2 (a ticket is bad when slow or unsolved, again when reopened, half when transferred);
    - `low_mood`: minus the latent mood (standard deviation about 1), -2 to 3;
    - `onboarding_unfinished`: 1 without a data import or a first report;
    - `log_tenure`: ln(1 + months since the start);
    - `renewal_due`: 1 in the month in which an annual contract runs out.
    """

    intercept: float = -6.60
    usage_decline: float = 1.80
    payment_failure: float = 0.90
    unexpected_charge: float = 1.00
    bad_ticket: float = 0.70
    low_mood: float = 0.45
    onboarding_unfinished: float = 1.60
    log_tenure: float = -0.30
    renewal_due: float = 0.90
    small_business: float = 0.45
    enterprise: float = -0.60
    memory: float = 0.80
    safe_days: int = 30
    yearly_churn_low: float = 0.18
    yearly_churn_high: float = 0.27


@dataclass(frozen=True, kw_only=True)
class Use(_Probabilities):
    """How use moves: a wandering level, and now and then a steep decline that heals slowly."""

    memory: float = 0.90
    wander: float = 0.15
    decline_start_probability: float = 0.028
    decline_size: float = 1.9
    rows_per_month: float = 19.0


@dataclass(frozen=True, kw_only=True)
class Mood:
    """Latent mood: a customer's own baseline plus shocks that fade by `memory` a month."""

    baseline: float = 0.40
    baseline_deviation: float = 0.50
    wander: float = 0.22
    memory: float = 0.75
    unexpected_charge: float = -1.10
    payment_failure: float = -0.50
    slow_ticket: float = -0.50
    transferred_ticket: float = -0.40
    reopened_ticket: float = -0.50
    use_shock: float = 0.30
    first_report: float = 0.90
    onboarding_call: float = 0.40
    failed_import: float = -0.50


@dataclass(frozen=True, kw_only=True)
class Billing(_Probabilities):
    """Bad billing experiences a customer-month, multiplied by the customer's own proneness.

    An unexpected charge brings a complaint with `complaint_probability` and is contested with the
    bank with `dispute_probability`.
    """

    payment_failure_probability: float = 0.045
    unexpected_charge_probability: float = 0.045
    complaint_probability: float = 0.45
    dispute_probability: float = 0.07


@dataclass(frozen=True, kw_only=True)
class Emotion(_Probabilities):
    """Where customers feel most, for the touchpoint impact map.

    The low is `low_touchpoint` (reason: `low_theme`), the high `high_touchpoint`. Comments on the
    two use strong words with `peak_strong_share`, all others with `usual_strong_share`.
    """

    low_touchpoint: str = "invoice_payment"
    low_theme: str = "unexpected_charge"
    high_touchpoint: str = "first_report"
    high_theme: str = "first_report"
    peak_strong_share: float = 0.85
    usual_strong_share: float = 0.15


@dataclass(frozen=True, kw_only=True)
class Onboarding(_Probabilities):
    """Loss of each onboarding step among the customers who reached the step before it.

    `data_import` is the step that loses people; the fix of `fixed_on` takes effect on customers
    whose subscription starts on or after that day. Of those who go on to a first report, some find
    the data wrong and import it again, with `import_again_probability`.
    """

    losing_step: str = "data_import"
    fixed_on: date = date(2025, 11, 1)
    first_login_loss_probability: float = 0.03
    data_import_loss_before_probability: float = 0.35
    data_import_loss_after_probability: float = 0.18
    team_invite_loss_probability: float = 0.07
    first_report_loss_probability: float = 0.08
    import_again_probability: float = 0.10

    @property
    def fix_effect(self) -> float:
        """Points of loss that the fix took away."""
        return self.data_import_loss_before_probability - self.data_import_loss_after_probability


@dataclass(frozen=True, kw_only=True)
class Offers(_Probabilities):
    """Who is ready for what, and how readiness decides acceptance.

    Ready for `advanced_analytics`: a heavy reporter (most of whose use is building reports); for
    `extra_seats`: more than `seat_utilisation_above` of the seats in use; for `premium_support`: at
    least `tickets_at_least` tickets in the `ticket_days` before the offer. Offers go out blindly.
    """

    ready_accept_probability: float = 0.38
    unready_accept_probability: float = 0.04
    seat_utilisation_above: float = 0.90
    tickets_at_least: int = 3
    ticket_days: int = 90
    first_offer_days: int = 60
    days_between_offers: int = 80


@dataclass(frozen=True, kw_only=True)
class Surveys(_Probabilities):
    """Who answers: log-odds = base + distance · |mood|, and a little more when unhappy.

    The delighted and, still more, the unhappy answer; the indifferent do not. A raw mean is biased.
    Who is asked about the product is also asked about all in all, from 1 to 5: `overall_base`, and
    `overall_mood_points` for each point of mood.
    """

    response_base: float = -1.85
    response_mood_distance: float = 0.85
    response_unhappy: float = 0.25
    bounce_probability: float = 0.02
    comment_probability: float = 0.56
    pick_up_days: int = 6
    overall_base: float = 3.9
    overall_mood_points: float = 0.55


@dataclass(frozen=True, kw_only=True)
class Support(_Probabilities):
    """Tickets, and what transfers and reopens do to the satisfaction with their solution.

    `*_points` are added to the CSAT (1 to 5) of the ticket's survey. A ticket that is neither
    handed on nor reopened takes one reply with `one_reply_probability`; all others take two with
    `two_replies_share`, else three. Between two replies it waits for the customer. The share of
    tickets put on hold, `hold_share`, is that of the Italian help desk of our case study (1,236 of
    4,580), where as here those on hold are the slow ones. Callers wait in the queue for longer than
    five minutes with `long_queue_probability`, and are put on hold with `call_hold_probability`.
    """

    slow_probability: float = 0.20
    unsolved_probability: float = 0.05
    transfer_probability: float = 0.18
    reopen_probability: float = 0.12
    one_reply_probability: float = 0.55
    two_replies_share: float = 0.65
    slow_hold_probability: float = 0.75
    usual_hold_probability: float = 0.15
    long_queue_probability: float = 0.20
    call_hold_probability: float = 0.30
    slow_points: float = -1.0
    transfer_points: float = -0.9
    reopen_points: float = -1.1

    @property
    def hold_share(self) -> float:
        """Share of all tickets that are put on hold."""
        slow = self.slow_probability * self.slow_hold_probability
        return slow + (1 - self.slow_probability) * self.usual_hold_probability


@dataclass(frozen=True, kw_only=True)
class Comments(_Probabilities):
    """How people write."""

    typo_probability: float = 0.12
    contact_detail_probability: float = 0.02
    own_language_probability: float = 0.75
    chat_transcript_probability: float = 0.22
    review_probability: float = 0.006


@dataclass(frozen=True, kw_only=True)
class Web(_Probabilities):
    """What goes wrong on the web site, and how visitors find it.

    Of the visits to the price list, `rage_click_probability` end in `rage_clicks` clicks on
    `rage_click_element` within two seconds. On the way to the trial a visit came through the
    channel that the CRM names with `lead_channel_probability`, else through any, else directly.
    """

    rage_click_probability: float = 0.06
    rage_clicks: int = 5
    rage_click_element: str = "/pricing#yearly-switch"
    page_error_probability: float = 0.03
    lead_channel_probability: float = 0.50


@dataclass(frozen=True, kw_only=True)
class Mailings(_Probabilities):
    """Campaigns by mail, one in six weeks, to customers who agreed to marketing.

    Each step is a share of those who took the one before it: sent, opened, clicked, landed on the
    page of the campaign, redeemed its coupon.
    """

    days_between: int = 42
    open_probability: float = 0.38
    click_probability: float = 0.24
    landing_probability: float = 0.94
    redeem_probability: float = 0.22


@dataclass(frozen=True, kw_only=True)
class Refunds(_Probabilities):
    """How buyers of the shop get their money back.

    Of the orders delivered, `request_probability` are asked money back for. `difficult_probability`
    of these take longer than ten days and are asked for again meanwhile; `never_probability` are
    never paid.
    """

    request_probability: float = 0.12
    difficult_probability: float = 0.30
    never_probability: float = 0.12


@dataclass(frozen=True, kw_only=True)
class Truths:
    """Everything that is planted in the demo company."""

    history: History = field(default_factory=History)
    customers: Customers = field(default_factory=Customers)
    churn: Churn = field(default_factory=Churn)
    use: Use = field(default_factory=Use)
    mood: Mood = field(default_factory=Mood)
    billing: Billing = field(default_factory=Billing)
    emotion: Emotion = field(default_factory=Emotion)
    onboarding: Onboarding = field(default_factory=Onboarding)
    offers: Offers = field(default_factory=Offers)
    surveys: Surveys = field(default_factory=Surveys)
    support: Support = field(default_factory=Support)
    comments: Comments = field(default_factory=Comments)
    web: Web = field(default_factory=Web)
    mailings: Mailings = field(default_factory=Mailings)
    refunds: Refunds = field(default_factory=Refunds)
    dirt: tuple[DirtRule, ...] = DIRT_RULES


TRUTHS = Truths()
