#include "pool.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace npuforge::conformance {
namespace {

using Clock = std::chrono::steady_clock;

/// A child that reads numbers of cases and writes an outcome, as a line of JSON, for each.
class Worker {
public:
  explicit Worker(const std::function<Outcome(size_t)>& execute) {
    int orders[2], answers[2];
    if (::pipe(orders) != 0 || ::pipe(answers) != 0)
      throw std::runtime_error("cannot make a pipe");
    pid_ = ::fork();
    if (pid_ < 0)
      throw std::runtime_error("cannot start a process");
    if (pid_ == 0) {
      ::close(orders[1]);
      ::close(answers[0]);
      serve(orders[0], answers[1], execute);
    }
    ::close(orders[0]);
    ::close(answers[1]);
    orders_ = orders[1];
    answers_ = answers[0];
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() {
    ::close(orders_);
    ::close(answers_);
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  int answers() const { return answers_; }
  bool idle() const { return !busy_; }
  size_t number() const { return *busy_; }
  double seconds() const { return std::chrono::duration<double>(Clock::now() - since_).count(); }

  void order(size_t number) {
    busy_ = number;
    since_ = Clock::now();
    // A dead worker shows when its answer is read.
    [[maybe_unused]] auto written = ::write(orders_, &number, sizeof number);
  }

  enum class Answer { kNotYet, kOutcome, kDied };
  Answer read(Outcome& outcome) {
    char buffer[4096];
    const ssize_t size = ::read(answers_, buffer, sizeof buffer);
    if (size <= 0)
      return Answer::kDied;
    text_.append(buffer, static_cast<size_t>(size));
    if (text_.back() != '\n')
      return Answer::kNotYet;
    outcome = nlohmann::json::parse(text_).get<Outcome>();
    text_.clear();
    busy_.reset();
    return Answer::kOutcome;
  }

  /// Why it has died.
  std::string death() {
    int status = 0;
    if (::waitpid(pid_, &status, 0) == pid_ && WIFSIGNALED(status))
      return fmt::format("crashed: {}", ::strsignal(WTERMSIG(status)));
    return "its process ended";
  }

private:
  [[noreturn]] static void serve(int orders, int answers,
                                 const std::function<Outcome(size_t)>& execute) {
    size_t number = 0;
    while (::read(orders, &number, sizeof number) == sizeof number) {
      const auto replace =
          nlohmann::json::error_handler_t::replace; // names in models may be any bytes
      const std::string line = nlohmann::json(execute(number)).dump(-1, ' ', true, replace) + "\n";
      for (size_t done = 0; done < line.size();) {
        const ssize_t size = ::write(answers, line.data() + done, line.size() - done);
        if (size <= 0)
          ::_exit(1);
        done += static_cast<size_t>(size);
      }
    }
    ::_exit(0);
  }

  pid_t pid_;
  int orders_, answers_;
  std::optional<size_t> busy_;
  Clock::time_point since_;
  std::string text_;
};

class Pool {
public:
  Pool(size_t count, unsigned processes, double seconds,
       const std::function<Outcome(size_t)>& execute)
      : seconds_(seconds), execute_(execute), outcomes_(count), workers_(processes) {
    std::signal(SIGPIPE, SIG_IGN);
  }

  std::vector<Outcome> run() {
    while (done_ < outcomes_.size()) {
      for (auto& worker : workers_) {
        if (next_ == outcomes_.size())
          break;
        if (!worker)
          worker = std::make_unique<Worker>(execute_);
        if (worker->idle())
          worker->order(next_++);
      }
      wait();
    }
    return std::move(outcomes_);
  }

private:
  void wait() {
    std::vector<pollfd> files;
    std::vector<std::unique_ptr<Worker>*> busy;
    for (auto& worker : workers_)
      if (worker && !worker->idle()) {
        files.push_back({worker->answers(), POLLIN, 0});
        busy.push_back(&worker);
      }
    ::poll(files.data(), files.size(), 200);
    for (size_t i = 0; i < files.size(); ++i) {
      if (files[i].revents)
        receive(*busy[i]);
      else if ((*busy[i])->seconds() > seconds_)
        fail(*busy[i], fmt::format("not done after {} s", seconds_));
    }
  }

  void receive(std::unique_ptr<Worker>& worker) {
    const size_t number = worker->number();
    switch (worker->read(outcomes_[number])) {
    case Worker::Answer::kNotYet:
      return;
    case Worker::Answer::kOutcome:
      ++done_;
      return;
    case Worker::Answer::kDied:
      fail(worker, worker->death());
    }
  }

  void fail(std::unique_ptr<Worker>& worker, const std::string& reason) {
    outcomes_[worker->number()] = {
        .op = "(unknown)", .reason = reason, .seconds = worker->seconds()};
    ++done_;
    worker.reset();
  }

  double seconds_;
  const std::function<Outcome(size_t)>& execute_;
  std::vector<Outcome> outcomes_;
  std::vector<std::unique_ptr<Worker>> workers_;
  size_t next_ = 0, done_ = 0;
};

} // namespace

std::vector<Outcome> run_pool(size_t count, unsigned processes, double seconds,
                              const std::function<Outcome(size_t)>& execute) {
  return Pool(count, processes, seconds, execute).run();
}

} // namespace npuforge::conformance
