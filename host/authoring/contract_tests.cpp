// What create() and destroy() owe the host, and what texts may hold.
#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "authoring/guarded_memory.hpp"
#include "authoring/opened_plugin.hpp"
#include "authoring/process_state.hpp"
#include "authoring/settings_choice.hpp"
#include "authoring/varied_settings.hpp"
#include "config/suggestion.hpp"

namespace probehost::authoring {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Finding createsAndDestroysWithoutTrace(const Subject& subject) {
    return eachChecker(subject, [&](const TriedChecker& tried) {
        constexpr int warmUp = 50;
        constexpr int times = 1000;
        constexpr long mostGrowth = 4096; // kilobytes
        const auto warm = Clock::now() + seconds(2);
        for (int i = 0; i < warmUp && Clock::now() < warm; i++) tried.create().require();
        const ProcessState before;
        const auto memory = residentKilobytes();
        const auto until = Clock::now() + seconds(5);
        int done = 0;
        for (; done < times && Clock::now() < until; done++) tried.create().require();
        const auto growth = residentKilobytes() - memory;
        const auto after = " after " + std::to_string(done) + " times create() and destroy()";
        if (const auto changes = settledChanges(before); !changes.empty())
            return fail(joined(changes) + after,
                        "destroy() gives back what create() took, and joins its threads (rule T5)");
        if (growth > mostGrowth)
            return fail(std::to_string(growth) + " kB more memory" + after, "destroy() frees what create() allocated");
        return pass();
    });
}

Finding takesEverySettingsItsSchemaAccepts(const Subject& subject) {
    return eachChecker(subject, [&](const TriedChecker& tried) {
        subject.doing("making up settings");
        VariedSettings varied(tried.info, tried.settings.json, subject.seed);
        for (const auto& [what, settings] : varied.some(200)) {
            subject.doing("create() with " + what + " (--seed " + std::to_string(subject.seed) + ")");
            const TriedCheck check(tried.checker, tried.opened.host.table(), settings);
            if (!check.created() && check.error().empty())
                return fail("create() refused settings that its schema accepts, and gave no reason: " + what,
                            "ph_fail(error, PH_E_CONFIG, \"key: what was expected\")");
        }
        return pass();
    });
}

// An error with little room, whose end is watched.
class NarrowError {
  public:
    explicit NarrowError(uint32_t room) : room_(room), message_(std::max(room, 1U)) {
        error_ = {sizeof(ph_error), PH_OK, static_cast<char*>(message_.get()), room, 0};
    }
    ph_error* get() { return &error_; }
    bool used() const { return error_.code != PH_OK; }
    std::string wrong() const {
        if (room_ == 0) return "";
        if (error_.message_length >= room_) return "message_length does not leave room for the NUL";
        return error_.message[error_.message_length] == '\0' ? "" : "the text does not end with NUL";
    }

  private:
    uint32_t room_;
    GuardedMemory message_;
    ph_error error_{};
};

std::string wrongWithError(const TriedChecker& tried, const CheckSettings& settings, uint32_t room, bool& used) {
    NarrowError error(room);
    ph_check* check = nullptr;
    const auto code = tried.checker.create(&tried.checker, tried.opened.host.table(),
                                           reinterpret_cast<const ph_settings*>(&settings), &check, error.get());
    used = used || error.used();
    if (code == PH_OK && check != nullptr) tried.checker.destroy(check);
    return error.wrong();
}

Finding fillsErrorsWithinBounds(const Subject& subject) {
    return eachChecker(subject, [&](const TriedChecker& tried) {
        bool used = false;
        subject.doing("making up settings");
        VariedSettings varied(tried.info, tried.settings.json, subject.seed);
        for (const auto& [what, settings] : varied.some(100)) {
            for (const uint32_t room : {0U, 1U, 8U}) {
                subject.doing("an error with room for " + std::to_string(room) + " bytes, " + what);
                const auto wrong = wrongWithError(tried, settings, room, used);
                if (!wrong.empty()) return fail(wrong, "fill errors with ph_fail() only");
            }
        }
        return used ? pass() : skip("create() refused none of the settings that were made up, so no error was seen");
    });
}

// What a host lends for the time of one call, taken back when that is over.
struct LentSettings {
    const CheckSettings& settings;
    std::vector<std::unique_ptr<GuardedMemory>> lent;

    const char* lend(const std::string& text) {
        lent.push_back(std::make_unique<GuardedMemory>(text.size() + 1));
        return static_cast<const char*>(std::memcpy(lent.back()->get(), text.c_str(), text.size() + 1));
    }
    void takeBack() {
        for (const auto& memory : lent) memory->close();
    }
    static LentSettings& of(const ph_settings* opaque) {
        return *reinterpret_cast<LentSettings*>(const_cast<ph_settings*>(opaque));
    }
};

const char* lendSetting(const ph_settings* opaque, const char* pointer, uint64_t* length) {
    auto& lent = LentSettings::of(opaque);
    const auto found = lent.settings.scalars.find(pointer == nullptr ? "" : pointer);
    if (found == lent.settings.scalars.end()) return nullptr;
    if (length != nullptr) *length = found->second.size();
    return lent.lend(found->second);
}

const char* lendJson(const ph_settings* opaque, uint64_t* length) {
    auto& lent = LentSettings::of(opaque);
    if (length != nullptr) *length = lent.settings.json.size();
    return lent.lend(lent.settings.json);
}

constexpr uint32_t lentText = 64;

// What is taken back stays where it is: its place must not be given to another.
struct LentContext {
    GuardedMemory context{sizeof(ph_run_context)};
    GuardedMemory text{lentText};
};

void runWithLentContext(const TriedChecker& tried, ph_check* check, LentContext& lent) {
    const Redactor none;
    RunSink sink(none);
    sink.open();
    const auto deadline =
        std::chrono::duration_cast<std::chrono::nanoseconds>((Clock::now() + milliseconds(200)).time_since_epoch());
    const auto* context = new (lent.context.get()) ph_run_context{
        sizeof(ph_run_context), PH_REASON_PROBE, deadline.count(), -1, 1, nullptr, reinterpret_cast<ph_run*>(&sink)};
    ph_error error = {sizeof(ph_error), PH_OK, static_cast<char*>(lent.text.get()), lentText, 0};
    tried.checker.run(check, context, &error);
    lent.context.close();
    lent.text.close();
}

Finding keepsNothingThatIsLent(const Subject& subject) {
    return eachChecker(subject, [&](const TriedChecker& tried) {
        ph_host host = *tried.opened.host.table();
        host.setting = lendSetting;
        host.settings_json = lendJson;
        LentSettings lent{tried.settings, {}};
        GuardedMemory text(lentText);
        ph_error error = {sizeof(ph_error), PH_OK, static_cast<char*>(text.get()), lentText, 0};
        ph_check* check = nullptr;
        const auto code =
            tried.checker.create(&tried.checker, &host, reinterpret_cast<const ph_settings*>(&lent), &check, &error);
        if (code != PH_OK || check == nullptr) return skip("create() refused the settings: give others with --with");
        lent.takeBack();
        text.close();
        subject.doing("run(), after the settings of create() were taken back");
        LentContext first;
        runWithLentContext(tried, check, first);
        subject.doing("a second run(), after the context of the first was taken back");
        LentContext second;
        runWithLentContext(tried, check, second);
        subject.doing("destroy(), after all that was lent was taken back");
        tried.checker.destroy(check);
        return pass();
    });
}

// Everything that the plugin said, as one text.
std::string allSaid(const RunOutcome& outcome, RecordingServices& services) {
    std::string all = outcome.error + "\n";
    if (outcome.said) all += outcome.said->message + "\n" + outcome.said->detail + "\n";
    if (outcome.said) {
        for (const auto& [key, text] : outcome.said->facts) all += std::string(key).append(" ").append(text) + "\n";
    }
    for (const auto& line : services.take()) all += line.text + "\n";
    return all;
}

Finding keepsSecrets(const Subject& subject) {
    return eachChecker(subject, [&](const TriedChecker& tried) {
        const auto settings = withCanaries(tried.info, tried.settings);
        if (settings.secrets.empty()) return skip("no setting of it is a secret: mark those with \"writeOnly\": true");
        const Redactor redactor(settings.secrets);
        TriedCheck check(tried.checker, tried.opened.host.table(), settings);
        std::string said = check.error() + "\n";
        if (check.created()) said += allSaid(check.runFor(tried.timeout()), tried.opened.services);
        if (redactor.redact(said) != said)
            return fail("a secret of its settings is in what it says (rule C4)", "say which setting, never its value");
        return pass();
    });
}

} // namespace

VerifyTests contractTests() {
    constexpr seconds limit{30};
    constexpr const char* own = "copy what you keep: it is lent for the call only (rule O3)";
    return {
        {"C1", 2, "create() and destroy() leave nothing behind", "R14", "create() must not wait", limit,
         createsAndDestroysWithoutTrace},
        {"C2", 2, "create() takes or refuses whatever its schema accepts", "R14",
         "check what the schema cannot express, and throw or ph_fail()", limit, takesEverySettingsItsSchemaAccepts},
        {"C3", 2, "it fills errors of any size", "R14", "fill errors with ph_fail() only", limit,
         fillsErrorsWithinBounds},
        {"C4", 2, "it keeps nothing that is only lent to it", "R14", own, limit, keepsNothingThatIsLent},
        {"C5", 2, "no secret is in anything that it says", "R14", "never print settings", limit, keepsSecrets},
    };
}

} // namespace probehost::authoring
