#include "core/training/check/run_sources.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/image/profile.h"
#include "core/tables/importers/known_sets.h"
#include "core/training/check/run_check.h"
#include "core/training/data/finding_sentences.h"
#include "core/training/settings/data_folders.h"
#include "core/training/settings/start_description.h"
#include "core/weights/model_places.h"

#include <algorithm>
#include <filesystem>
#include <unistd.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr auto notThere = TextId("run.not_there", "%1 is not there");

// Settings with what is wrong with each.
class Refusals
{
public:
    void add(const char* key, const UserText& why)
    {
        m_keys += (m_keys.empty() ? "" : ", ") + std::string(key);
        m_why = m_why.empty() ? why : UserText{TextId("run.both", "%1; %2"), m_why, why};
    }
    // What asks throws is why the setting is refused.
    template <class Ask>
    void addIfItThrows(const char* key, const Ask& ask)
    {
        try {
            ask();
        } catch (const Error& error) {
            add(key, errorText({}, error.where(), error.why()));
        }
    }
    void tell() const
    {
        if (!m_keys.empty())
            throw Error(ErrorCode::Usage, {action::readConfiguration}, m_keys, m_why);
    }

private:
    std::string m_keys;
    UserText m_why;
};

void checkStart(const Settings& settings, Refusals& refusals)
{
    const fs::path start = settings.text("model.start"), text = settings.text("model.text_tower");
    std::error_code failed;
    if (start.empty())
        return refusals.add("model.start", {TextId("run.no_start", "the model folder to start from is not given")});
    if (fs::is_directory(start, failed) && !fs::exists(start / "model.json", failed) && fs::is_empty(start, failed))
        return refusals.add("model.start", {TextId("run.start_no_model", "%1 is no model folder: it has no model.json"),
                                            start.string()});
    for (const auto& [key, place] : {std::pair{"model.start", start}, {"model.text_tower", text}})
        if (!place.empty() && !fs::exists(place, failed))
            return refusals.add(key, {notThere, place.string()});
    try {
        static_cast<void>(inputSizeOf(settings, startDescription(settings)));
    } catch (const Error& error) {
        for (const char* key : {"model.text_tower", "model.start", "data.input_size"})
            if (error.where() == key)
                return refusals.add(key, error.why());
        refusals.add("model.start", errorText({}, error.where(), error.why()));
    }
}

bool holdsTable(const fs::path& folder)
{
    std::error_code failed;
    return std::any_of(fs::directory_iterator(folder, failed), fs::directory_iterator(),
                       [](const fs::directory_entry& entry) { return entry.path().extension() == ".csv"; });
}

void checkData(const Settings& settings, Refusals& refusals)
{
    const fs::path root = settings.text("data.root"), images = settings.text("data.images"),
                   given = settings.text("data.tables");
    std::error_code failed;
    if (root.empty() && given.empty())
        return refusals.add("data.root", {TextId("run.no_data", "the folder of the data set is not given")});
    if (!root.empty() && !fs::is_directory(root, failed))
        return refusals.add("data.root", {TextId("run.no_folder", "%1 is no folder"), root.string()});
    if (!images.empty() && !fs::is_directory(images, failed))
        refusals.add("data.images", {TextId("run.no_folder_of_images", "%1 is no folder"), images.string()});
    const char* key = given.empty() ? "data.root" : "data.tables";
    const fs::path tables = dataFolders(settings).tables;
    if (!fs::exists(tables, failed))
        return refusals.add(key, {notThere, tables.string()});
    if (const UserText known = whyNotYet(given.empty() ? root : tables); !known.empty())
        refusals.add(key, known);
    else if (fs::is_directory(tables, failed) && !holdsTable(tables))
        refusals.add(key, {TextId("run.no_table", "%1 holds no .csv table"), tables.string()});
}

// Made when images are prepared: where it will be must be a folder that this user may write to.
void checkCache(fs::path place, Refusals& refusals)
{
    std::error_code failed;
    const fs::path wanted = place = fs::absolute(place, failed);
    while (!fs::exists(place, failed) && !failed && place.has_relative_path())
        place = place.parent_path();
    if (!fs::is_directory(place, failed))
        refusals.add("data.cache", {TextId("run.cache_no_folder", "%1 cannot be made: %2 is no folder"),
                                    wanted.string(), place.string()});
    else if (::access(place.c_str(), W_OK | X_OK) != 0)
        refusals.add("data.cache", {TextId("run.cache_not_writable", "%1 cannot be written: this user may not write to "
                                                                     "%2"),
                                    wanted.string(), place.string()});
}

// As the run reads them, for what it asks of them.
void checkSentences(const Settings& settings, Refusals& refusals)
{
    const std::string& file = settings.text("dense.sentences");
    if (file.empty())
        return;
    try {
        const auto sentences = readFindingSentences(file);
        if (trainsOnMasks(settings))
            needBothKinds(sentences);
    } catch (const Error& error) {
        refusals.add("dense.sentences",
                     error.where() == "dense.sentences" ? error.why() : errorText({}, error.where(), error.why()));
    }
}

} // namespace

nlohmann::json withNamedStart(nlohmann::json config)
{
    if (!config.is_object() || !config.value("model", nlohmann::json()).is_object())
        return config;
    for (const char* key : {"start", "text_tower"}) {
        nlohmann::json& model = config["model"];
        if (!model.contains(key) || !model[key].is_string())
            continue;
        const std::string named = model[key].get<std::string>();
        std::error_code failed;
        if (!named.empty() && named.find('/') == std::string::npos && !fs::exists(named, failed))
            try {
                model[key] = findModel(named).string();
            } catch (const Error& error) {
                throw Error(ErrorCode::Usage, error.action(), std::string("model.") + key + ": " + error.where(),
                            error.why());
            }
    }
    return config;
}

void checkSources(const Settings& settings)
{
    Refusals refusals;
    checkStart(settings, refusals);
    checkData(settings, refusals);
    checkSentences(settings, refusals);
    if (const std::string& profile = settings.text("data.profile"); !profile.empty())
        refusals.addIfItThrows("data.profile", [&] { findProfile(profile); });
    if (const std::string& cache = settings.text("data.cache"); !cache.empty())
        checkCache(cache, refusals);
    refusals.tell();
}

} // namespace mama
