#include "commands/stepper.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

constexpr std::size_t longest_prompt = 200;

bool starts(std::string_view word, std::string_view with, std::optional<std::string>& value) {
  if (!word.starts_with(with) || word.size() == with.size()) return false;
  value = std::string(word.substr(with.size()));
  return true;
}

}  // namespace

bool StepFilter::empty() const {
  return !model && !environment && !actor && !type && !refused && text.empty();
}

StepFilter read_filter(std::string_view words) {
  StepFilter filter;
  for (const std::string_view word : split(words, ' ')) {
    if (word.empty() || starts(word, "model=", filter.model) || starts(word, "environment=", filter.environment) ||
        starts(word, "actor=", filter.actor) || starts(word, "type=", filter.type)) {
      continue;
    }
    if (word == "refused") {
      filter.refused = true;
    } else {
      filter.text += (filter.text.empty() ? "" : " ") + std::string(word);
    }
  }
  return filter;
}

// ---- what a key does

std::size_t Stepper::count() const {
  return matches_ ? matches_->size() : source_.size();
}

void Stepper::go(std::size_t index) {
  index_ = index;
  scroll_ = 0;
}

// There, or to the next one that the filter leaves.
void Stepper::go_to(Seq seq) {
  if (!matches_) return go(seq);
  const auto found = std::lower_bound(matches_->begin(), matches_->end(), seq);
  const auto index = static_cast<std::size_t>(found - matches_->begin());
  go(std::min(index, matches_->size() - 1));
}

void Stepper::step(bool forward) {
  help_ = false;
  const std::string which = matches_ ? " that the filter leaves" : "";
  if (forward && index_ + 1 == count()) {
    message_ = "this is the last entry" + which;
  } else if (!forward && index_ == 0) {
    message_ = "this is the first entry" + which;
  } else {
    go(forward ? index_ + 1 : index_ - 1);
  }
}

void Stepper::scroll(bool forward) {
  const std::size_t most = longest_ > page_ ? longest_ - page_ : 0;
  const std::size_t by = std::max<std::size_t>(page_, 2) - 1;
  scroll_ = forward ? std::min(scroll_ + by, most) : scroll_ - std::min(scroll_, by);
}

void Stepper::show(StepView view) {
  view_ = view;
  help_ = false;
  scroll_ = 0;
}

Stepper::Then Stepper::handle(const KeyPress& key) {
  using Kind = KeyPress::Kind;
  if (key.kind == Kind::gone) return Then::quit;
  if (key.kind == Kind::resized) return Then::go_on;
  message_.clear();
  if (key.kind == Kind::control && key.text == "d") return Then::quit;
  if (prompt_) {
    handle_prompt(key);
    return Then::go_on;
  }
  switch (key.kind) {
    case Kind::text:
      return handle_text(key.text.size() == 1 ? key.text[0] : '\0');
    case Kind::down:
    case Kind::enter:
      step(true);
      break;
    case Kind::up:
      step(false);
      break;
    case Kind::home:
      go(0);
      break;
    case Kind::end:
      go(count() - 1);
      break;
    case Kind::page_down:
      scroll(true);
      break;
    case Kind::page_up:
      scroll(false);
      break;
    case Kind::escape:
      if (help_)
        show(view_);
      else if (matches_)
        filter("");
      break;
    default:
      break;
  }
  return Then::go_on;
}

Stepper::Then Stepper::handle_text(char letter) {
  if (is_digit(letter)) {
    prompt_ = {':', std::string(1, letter)};
    return Then::go_on;
  }
  switch (letter) {
    case 'n':
    case 'j':
    case ' ':
      step(true);
      break;
    case 'p':
    case 'k':
      step(false);
      break;
    case 'g':
      go(0);
      break;
    case 'G':
      go(count() - 1);
      break;
    case 'f':
      scroll(true);
      break;
    case 'b':
      scroll(false);
      break;
    case 'd':
      show(StepView::changes);
      break;
    case 'w':
      show(StepView::why);
      break;
    case 'e':
      show(StepView::entry);
      break;
    case 's':
      show(StepView::status);
      break;
    case ':':
      prompt_ = {':', ""};
      break;
    case '/':
      prompt_ = {'/', filter_words_};
      break;
    case '?':
      help_ = !help_;
      scroll_ = 0;
      break;
    case 'q':
      return Then::quit;
    default:
      message_ = "no such key; ? lists them";
  }
  return Then::go_on;
}

void Stepper::handle_prompt(const KeyPress& key) {
  std::string& text = prompt_->text;
  switch (key.kind) {
    case KeyPress::Kind::text:
      if (text.size() < longest_prompt) text += key.text;
      break;
    case KeyPress::Kind::backspace:
      if (text.empty()) return prompt_.reset();
      while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0U) == 0x80) text.pop_back();
      if (!text.empty()) text.pop_back();
      break;
    case KeyPress::Kind::control:
      if (key.text == "u") text.clear();
      break;
    case KeyPress::Kind::escape:
      prompt_.reset();
      break;
    case KeyPress::Kind::enter: {
      const Prompt said = *std::exchange(prompt_, std::nullopt);
      said.kind == ':' ? jump(said.text) : filter(said.text);
      break;
    }
    default:
      break;
  }
}

void Stepper::jump(const std::string& where) {
  if (where.empty()) return;
  Seq to = 0;
  if (const auto seq = parse_uint(where)) {
    if (*seq >= source_.size()) {
      message_ = str("there is no entry ", *seq, " here: they are 0 to ", source_.size() - 1);
      return;
    }
    to = *seq;
  } else {
    const auto time = parse_time(where);
    if (!time) {
      message_ = printable(where) + " is neither an entry's number nor a time such as 2026-11-20 14:00";
      return;
    }
    const auto newest = source_.newest_at(*time);
    if (!newest) {
      message_ = printable(newest.error().message);
      return;
    }
    to = *newest;
  }
  help_ = false;
  go_to(to);
  if (seq() != to) message_ = str("the filter leaves entry ", to, " out; this is the nearest that it shows");
}

void Stepper::filter(const std::string& words) {
  const Seq here = seq();
  const StepFilter wanted = read_filter(words);
  if (wanted.empty()) {
    matches_.reset();
    filter_words_.clear();
    return go(here);
  }
  auto found = source_.matching(wanted);
  if (!found || found->empty()) {
    message_ =
        found ? "no entry matches " + printable(words) + "; everything is as it was" : printable(found.error().message);
    return;
  }
  matches_ = std::move(found).value();
  filter_words_ = words;
  help_ = false;
  go_to(here);
}

}  // namespace cairn
