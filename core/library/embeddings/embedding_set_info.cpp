#include "core/library/embeddings/embedding_set_info.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/library/embeddings/set_files.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr int version = 1;
constexpr std::int64_t largestDim = 1 << 16;

} // namespace

const SetForm& embeddingForm()
{
    static const SetForm form{
        "mama embeddings",
        set_files::keys,
        set_files::keyBytes,
        {{"rows", "float16, little endian, [rows, dim]"},
         {"keys", "40 bytes a row: SHA-256 of the file, frame (int32), CRC-32C of the row (uint32), little endian"}},
        embeddingsFolder};
    return form;
}

EmbeddingSetInfo readSetInfo(const fs::path& folder, const SetForm& form)
{
    const fs::path file = folder / set_files::meta;
    const nlohmann::json meta = readJson(file);
    const auto refuse = [&](const UserText& why) {
        return Error(ErrorCode::Format, {set_files::readSet}, pathText(file), why);
    };
    try {
        if (meta.at("format") != form.format || meta.at("version") != version)
            throw refuse({TextId("embeddings.other_format", "it is no set of embeddings of version %1"), version});
        EmbeddingSetInfo info;
        info.identity = {meta.at("model").at("hash"), meta.at("profile").at("settings").dump(),
                         meta.at("profile").at("version"), meta.at("compute"), meta.at("map_way")};
        info.modelName = meta.at("model").at("name");
        info.modelFolder = pathFromText(meta.at("model").at("folder").get<std::string>());
        info.profileName = meta.at("profile").at("name");
        info.dim = meta.at("dim");
        if (info.dim < 1 || info.dim > largestDim)
            throw refuse({TextId("embeddings.bad_dim", "rows of %1 numbers"), info.dim});
        info.folder = folder;
        std::error_code none;
        const auto bytes = fs::file_size(folder / form.keys, none);
        info.rows = none ? 0 : static_cast<std::int64_t>(bytes / form.keyBytes);
        return info;
    } catch (const nlohmann::json::exception&) {
        throw refuse({TextId("embeddings.lacks_field", "a field is missing or of a wrong type")});
    }
}

void writeSetInfo(const EmbeddingSetInfo& info, const SetForm& form)
{
    nlohmann::json meta{
        {"format", form.format},
        {"version", version},
        {"model",
         {{"hash", info.identity.modelHash}, {"name", info.modelName}, {"folder", pathText(info.modelFolder)}}},
        {"profile",
         {{"name", info.profileName},
          {"version", info.identity.profileVersion},
          {"settings", nlohmann::json::parse(info.identity.profile)}}},
        {"compute", info.identity.compute},
        {"map_way", info.identity.mapWay},
        {"dim", info.dim}};
    for (const auto& [file, words] : form.files)
        meta[file] = words;
    writeAtomically(info.folder / set_files::meta, meta.dump(2) + "\n");
}

std::vector<EmbeddingSetInfo> embeddingSets(const fs::path& library) { return setsOf(library, embeddingForm()); }

std::vector<EmbeddingSetInfo> setsOf(const fs::path& library, const SetForm& form)
{
    std::vector<EmbeddingSetInfo> out;
    std::error_code failed;
    const fs::path below = fs::is_directory(library / form.folder, failed) ? library / form.folder : library;
    for (fs::directory_iterator entry(below, failed), end; !failed && entry != end; entry.increment(failed))
        if (std::error_code gone; fs::is_regular_file(entry->path() / set_files::meta, gone))
            try {
                out.push_back(readSetInfo(entry->path(), form));
            } catch (const Error&) { // another program's
            }
    std::sort(out.begin(), out.end(), [](const EmbeddingSetInfo& a, const EmbeddingSetInfo& b) {
        return std::tie(a.modelName, b.rows, a.folder) < std::tie(b.modelName, a.rows, b.folder);
    });
    return out;
}

fs::path setFolder(const fs::path& library, const EmbeddingIdentity& identity, const SetForm& form)
{
    return library / form.folder / identity.digest().substr(0, 16);
}

} // namespace mama
