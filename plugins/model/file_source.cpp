// A model that is a file: verified in the background, and again whenever it changes.
#include <sys/stat.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "latest_verdict.hpp"
#include "model_file.hpp"
#include "model_source.hpp"

namespace probehost {
namespace {

using namespace std::chrono_literals;

constexpr sdk::milliseconds kLookEvery = 500ms;
// A look takes microseconds; one that takes longer hangs in a file system that has gone away.
constexpr sdk::milliseconds kLookLimit = 10s;

class FileSource final : public ModelSource {
  public:
    FileSource(const sdk::Settings& settings, std::string label)
        : label_(std::move(label)),
          path_(requiredSetting(settings, "path", "the path of the model's file")),
          background_("model-file", [this](int stop_fd) { return lookAgain(stop_fd); }) {}

    sdk::Verdict look(const sdk::Run& run) override {
        background_.start();
        latest_.awaitFirst(run);
        if (auto verdict = latest_.within(kLookLimit)) return *verdict;
        return sdk::fail(notLoaded(label_),
                         latest_.published() ? "its file system does not answer" : "not verified yet");
    }

  private:
    sdk::milliseconds lookAgain(int stop_fd) {
        try {
            latest_.publish(verdictOf(stop_fd));
        } catch (const std::system_error& error) {
            verified_.reset();
            latest_.publish(sdk::fail(notLoaded(label_), path_ + ": " + error.what()));
        }
        return kLookEvery;
    }

    // A file is read once; while it stays the same, so does what was found.
    sdk::Verdict verdictOf(int stop_fd) {
        const auto now = FileIdentity::of(path_);
        if (verified_ == now) return verdict_;
        verified_.reset();
        const ModelFile file(path_);
        verdict_ = verify(file, stop_fd);
        if (file.identity() != now || FileIdentity::of(path_) != now)
            return sdk::fail(notLoaded(label_), path_ + ": it is still being written");
        verified_ = now;
        return verdict_;
    }

    sdk::Verdict verify(const ModelFile& file, int stop_fd) const {
        try {
            return sdk::pass(file.verify(stop_fd));
        } catch (const DamagedFile& damage) {
            return sdk::fail(label_ + " file is damaged", path_ + ": " + damage.what());
        }
    }

    const std::string label_;
    const std::string path_;
    std::optional<FileIdentity> verified_; // the background's own
    sdk::Verdict verdict_;                 // the background's own: what was found in verified_
    LatestVerdict latest_;
    net::Background background_;
};

} // namespace

std::unique_ptr<ModelSource> makeFileSource(const sdk::Settings& settings, const std::string& label) {
    return std::make_unique<FileSource>(settings, label);
}

} // namespace probehost
