#include "ledger/writer.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::size_t most_claimed_at_once = 16;

std::size_t bytes_of(const Envelope& envelope) {
  std::size_t bytes = envelope.payload.size();
  for (const Signature& signature : envelope.signatures) bytes += signature.bytes.size();
  return bytes;
}

// A key that nobody has used yet is left to the sequencer, who asks the rules for it and so makes it known.
void open_submission(Submission& submission, const KnownKeys& keys) {
  if (check_shape(submission.envelope)) return;
  const auto key = keys.find(submission.envelope.signatures.front().key);
  if (key != nullptr) submission.opening = open_envelope(submission.envelope, *key);
}

}  // namespace

Result<std::unique_ptr<Writer>> Writer::start(Sequencer& sequencer, WriterLimits limits) {
  if (limits.threads == 0) limits.threads = std::max(1U, std::thread::hardware_concurrency());
  ASSERT(limits.most_waiting > 0 && limits.batch > 0);
  std::unique_ptr<Writer> writer(new Writer(sequencer, limits));
  try {
    for (std::size_t i = 0; i < limits.threads; ++i) writer->openers_.emplace_back([&w = *writer] { w.open_some(); });
    writer->appender_ = std::thread([&w = *writer] { w.sequence(); });
  } catch (const std::system_error& error) {
    return fault(str("a writer takes ", limits.threads + 1, " threads, and the system has none to give (", error.what(),
                     "); raise its limit of processes"));
  }
  return writer;
}

Writer::~Writer() {
  close();
}

std::future<Result<Answer>> Writer::submit(Envelope envelope) {
  Waiting waiting;
  waiting.bytes = bytes_of(envelope);
  waiting.submission.envelope = std::move(envelope);
  std::future<Result<Answer>> answer = waiting.answer.get_future();
  std::unique_lock lock(mutex_);
  // One that is larger than the bound alone is let in when nobody else is there.
  room_.wait(lock, [&] {
    const bool fits =
        waiting_.size() < limits_.most_waiting && waiting_bytes_ + waiting.bytes <= limits_.most_waiting_bytes;
    return closing_ || fits || waiting_.empty();
  });
  if (closing_) {
    waiting.answer.set_value(unavailable("this writer is being closed and takes no more statements; try another"));
    return answer;
  }
  waiting_bytes_ += waiting.bytes;
  waiting_.push_back(std::move(waiting));
  to_open_.notify_one();
  return answer;
}

Result<Answer> Writer::append(Envelope envelope) {
  return submit(std::move(envelope)).get();
}

void Writer::open_some() {
  const KnownKeys& keys = sequencer_.known_keys();
  std::vector<Waiting*> mine;  // a deque's elements stay where they are while others come and go at its ends
  std::unique_lock lock(mutex_);
  for (;;) {
    to_open_.wait(lock, [this] { return claimed_ < waiting_.size() || closing_; });
    const std::size_t unclaimed = waiting_.size() - claimed_;
    if (unclaimed == 0) return;
    const std::size_t fair = (unclaimed + limits_.threads - 1) / limits_.threads;
    for (std::size_t i = 0; i < std::min(fair, most_claimed_at_once); ++i) mine.push_back(&waiting_[claimed_++]);
    lock.unlock();
    for (Waiting* waiting : mine) open_submission(waiting->submission, keys);
    lock.lock();
    for (Waiting* waiting : mine) waiting->opened = true;
    mine.clear();
    if (waiting_.front().opened) to_append_.notify_one();
  }
}

void Writer::sequence() {
  std::unique_lock lock(mutex_);
  for (;;) {
    to_append_.wait(lock, [this] { return waiting_.empty() ? closing_ : waiting_.front().opened; });
    if (waiting_.empty()) return;
    std::vector<Waiting> batch = take_batch(lock);
    lock.unlock();
    room_.notify_all();
    append_batch(std::move(batch));
    lock.lock();
  }
}

// From the front, what is opened without a gap.
std::vector<Writer::Waiting> Writer::take_batch(std::unique_lock<std::mutex>& lock) {
  ASSERT(lock.owns_lock());
  std::vector<Waiting> batch;
  std::size_t bytes = 0;
  while (!waiting_.empty() && waiting_.front().opened && batch.size() < limits_.batch && bytes < limits_.batch_bytes) {
    bytes += waiting_.front().bytes;
    waiting_bytes_ -= waiting_.front().bytes;
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    --claimed_;
  }
  return batch;
}

void Writer::append_batch(std::vector<Waiting> batch) {
  std::vector<Submission> submissions;
  submissions.reserve(batch.size());
  for (Waiting& waiting : batch) submissions.push_back(std::move(waiting.submission));
  Result<std::vector<Answer>> answers = sequencer_.append(submissions);
  ASSERT(!answers.ok() || answers->size() == batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (answers.ok()) {
      batch[i].answer.set_value(std::move((*answers)[i]));
    } else {
      batch[i].answer.set_value(answers.error());
    }
  }
}

void Writer::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  room_.notify_all();
  to_open_.notify_all();
  to_append_.notify_all();
  for (std::thread& opener : openers_) opener.join();
  openers_.clear();
  if (appender_.joinable()) appender_.join();
}

}  // namespace cairn
