#pragma once
#include "core/base/file_state.h"
#include "core/base/mapped_file.h"
#include "core/weights/import_weights.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace mama {

// The files that a loaded model computes from. Their hash covers each that changes a score: weights, adapter, language
// model, model.json and other configurations, tokenizer, an image profile of the model's own. A mapped file that
// another process writes to is found out before a value is given.
class ModelFiles
{
public:
    // Looks at what lies there before anything of it is read.
    explicit ModelFiles(const std::filesystem::path& folder);

    // Everything was read. `profile`: name of the image profile. Error(Io) names a file that changed meanwhile.
    void loaded(const ImportedModel& model, const std::string& profile);
    // Error(Io) if a file changed since the first look; an error of reading gives way to it.
    void checkUnchanged() const;
    const std::string& hash() const { return m_hash; }

    // What work computes from the mapped weights, while they are those of the hash: again if they were touched
    // meanwhile, after `forget` has dropped what it remembers. Error(Model) names a file that holds something else by
    // now.
    template <class Work, class Forget>
    auto compute(const Work& work, const Forget& forget)
    {
        for (int tries = 0; tries < mostTries; ++tries) {
            verify();
            auto made = work();
            if (untouched())
                return made;
            forget();
        }
        refuseTouched();
    }

private:
    struct Mapping
    {
        std::shared_ptr<const WeightFile> owner;
        const MappedFile* file;
        std::string sum;
        FileState verified; // when it held what the sum says
    };
    static constexpr int mostTries = 3;

    void addSmall(const std::filesystem::path& file, std::string& all) const;
    void verify();
    bool untouched() const;
    [[noreturn]] void refuseTouched() const;

    std::filesystem::path m_folder;
    std::map<std::filesystem::path, FileState> m_before;
    std::vector<Mapping> m_mappings;
    std::string m_hash;
};

} // namespace mama
