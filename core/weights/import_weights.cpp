#include "core/weights/import_weights.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/mapped_file.h"
#include "core/weights/check_description.h"
#include "core/weights/check_tokenizer.h"
#include "core/weights/describe.h"
#include "core/weights/families/canonical_names.h"
#include "core/weights/families/families.h"
#include "core/weights/files/averaged_name.h"
#include "core/weights/files/checked.h"
#include "core/weights/files/pages.h"
#include "core/weights/import_sources.h"
#include "core/weights/model_kind.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace mama {
namespace {

using nlohmann::json;
using weights::inQuotes;
using weights::shapeText;

// Stacked, strided and unpacked tensors are copies: in all no more than files of this size can honestly need.
constexpr std::size_t copiesPerByte = 8, copiesAlways = std::size_t{256} << 20U;

bool isModelFolder(const fs::path& path)
{
    std::error_code failed;
    return fs::is_regular_file(path / "model.json", failed);
}

// A prefix as a name.
std::string withoutDot(const std::string& prefix) { return prefix.substr(0, prefix.empty() ? 0 : prefix.size() - 1); }

bool isKnown(const json& description)
{
    return description.contains("kind") && modelKind(description) != ModelKind::Unknown;
}

// "DINOv2, GPT-2, BERT, Llama or MaMA"
std::string knownTitles()
{
    std::string all;
    for (const auto* family : weights::imageFamilies())
        all += family->title() + ", ";
    for (const auto* family : weights::textFamilies())
        all += family->title() + ", ";
    all.erase(all.size() - 2);
    for (const auto* composition : weights::compositions())
        all += " or " + composition->title();
    return all;
}

// What the tensors of a file that nobody knows look like.
UserText firstOf(const ImportReport& report)
{
    if (report.leftOver.empty())
        return {};
    const TensorInfo& first = report.leftOver.front().info;
    return {TextId("weights.first_tensor", ", the first of which is %1 %2"), inQuotes(first.name),
            shapeText(first.shape)};
}

// The tower or projection that a tensor belongs to, which is of no use without values; empty: something else.
std::string partOf(const std::string& name)
{
    for (const std::string& tower : {names::imageTower, names::textTower})
        for (const std::string& part : {tower == names::imageTower ? names::imageGlobal : names::textGlobal, tower})
            if (name.starts_with(part))
                return part;
    return {};
}

class Importer
{
public:
    Importer(const ImportOptions& options, const Job& job)
        : m_options(options), m_job(job), m_sources(weights::openSources(options))
    {}
    Cancellable<ImportedModel> run();

private:
    weights::Naming gather();
    void tellOthers(const weights::Naming& naming);
    void refuseHalves(const weights::Naming& naming);
    void describe(const weights::Naming& naming);
    std::vector<ExpectedTensor> tensorsOf(const json& description) const;
    void checkShapes();
    bool readTensors();
    void judge(const std::string& part, const weights::FilledMatrices& matrices);
    void addProvenance();
    std::size_t sourceSize() const;

    const ImportOptions& m_options;
    const Job& m_job;
    weights::ImportSources m_sources;
    weights::SourceTensors m_tensors;
    ImportedModel m_model;
    UserText m_missingTower;
};

weights::Naming Importer::gather()
{
    const auto namesOf = [](const WeightFile& file) {
        std::vector<std::string> names;
        for (const TensorInfo& info : file.tensors())
            names.push_back(info.name);
        return names;
    };
    const bool ownPart = m_sources.model->part() == m_options.weights;
    weights::Naming naming = weights::recognise(namesOf(*m_sources.model), ownPart ? std::string() : m_options.weights);
    tellOthers(naming);
    // A model folder of ours uses MaMA's names, also when it holds one tower only.
    if (m_sources.ownDescription.is_object())
        weights::takeCanonicalNames(naming, m_sources.ownDescription);
    m_tensors.add(m_sources.model, naming, m_model.report);
    if (m_sources.baseText)
        m_tensors.add(m_sources.baseText, weights::recognise(namesOf(*m_sources.baseText)), m_model.report);
    if (m_sources.adapterFile)
        m_tensors.add(m_sources.adapterFile, weights::recognise(namesOf(*m_sources.adapterFile)), m_model.report);
    return naming;
}

// Further weights in the same file: named, so that they can be chosen.
void Importer::tellOthers(const weights::Naming& naming)
{
    auto& report = m_model.report;
    report.assumed = m_sources.assumed;
    report.others = m_sources.model->others();
    for (const auto& [prefix, count] : naming.prefixes.others)
        report.others[withoutDot(prefix)] = count;
    std::string names;
    for (const auto& [name, count] : report.others)
        names += (names.empty() ? "" : ", ") + weights::inQuotes(name);
    if (naming.prefixes.used.empty() && !m_options.weights.empty())
        throw Error(ErrorCode::Usage, {action::importWeights}, m_options.checkpoint.string(),
                    {TextId("weights.no_such_set", "it holds no weights named %1; there are: %2"),
                     weights::inQuotes(m_options.weights), names});
    if (!naming.prefixes.rivals.empty())
        report.problems.push_back(
            {TextId("weights.several_models", "it holds several models; choose one with --weights: %1, %2"),
             weights::inQuotes(withoutDot(*naming.prefixes.used.begin())), names});
    for (const auto& [name, count] : report.others)
        if (!name.empty()) // those without a name are what is taken where nothing is chosen
            report.notes.push_back(
                weights::soundsAveraged(name)
                    ? UserText{TextId(
                                   "weights.averaged_too",
                                   "averaged weights are in the file too and not used: %1 (%2 tensors); --weights %1 takes them"),
                               name, count}
                    : UserText{TextId("weights.others_too",
                                      "other weights are in the file and not used: %1 (%2 tensors); "
                                      "--weights %1 takes them"),
                               name, count});
    if (naming.prefixes.completion)
        report.notes.push_back({TextId("weights.average_completed",
                                       "what the average does not hold (buffers, what was not trained) is taken from "
                                       "the weights beside it")});
    const std::string& part = m_sources.model->part();
    if (weights::soundsAveraged(part) ||
        (!naming.prefixes.used.empty() && weights::soundsAveraged(*naming.prefixes.used.begin())))
        report.notes.push_back({TextId("weights.averaged_used", "the weights that are used are an average: %1"),
                                weights::soundsAveraged(part) ? part : withoutDot(*naming.prefixes.used.begin())});
}

// What is left over must not be a tower: a model without it would be half of what the file holds.
void Importer::refuseHalves(const weights::Naming& naming)
{
    auto& report = m_model.report;
    if (m_sources.ownDescription.is_object() || !isKnown(m_model.description))
        return;
    if (!naming.whole && naming.image && naming.text) {
        report.problems.push_back({TextId("weights.two_towers", "it holds an image tower (%1) and a text tower (%2) "
                                                                "joined in a way that is not known"),
                                   naming.image->title(), naming.text->title()});
        return;
    }
    const LeftOver* first = nullptr;
    std::size_t count = 0;
    for (const LeftOver& tensor : report.leftOver) {
        const bool unknown = tensor.reason == weights::unknownName || tensor.reason == weights::notInArchitecture;
        if (!unknown || tensor.info.shape.size() < 2 || !weights::isOfTower(tensor.info.name, naming))
            continue;
        first = first ? first : &tensor;
        ++count;
    }
    if (!first) {
        if (m_missingTower.empty())
            return;
        report.explained = true;
        report.problems.insert(report.problems.begin(), m_missingTower);
        return;
    }
    report.explained = true;
    const weights::TowerTried tried = weights::towerTried(first->info.name, naming);
    report.problems.insert(
        report.problems.begin(),
        {TextId("weights.tower_not_understood", "its %1 is of no known family or has layers that are not understood: "
                                                "%2 %3 and %4 more tensors; tried were %5"),
         tried.tower, weights::inQuotes(first->info.name), shapeText(first->info.shape), count - 1, tried.families});
}

void Importer::describe(const weights::Naming& naming)
{
    const json& own = m_sources.ownDescription;
    if (own.is_object() && own.value("format", 0) != 1)
        throw Error(ErrorCode::Model, {action::readModel}, (m_options.checkpoint / "model.json").string(),
                    {TextId("weights.format_not_known_version_which",
                            "format %1 is not known to this version, which reads format 1"),
                     own.value("format", json()).dump()});
    if (!naming.refusal.empty()) {
        m_model.report.problems.insert(m_model.report.problems.begin(), naming.refusal);
        m_model.report.explained = true;
        m_model.description = {{"kind", name(ModelKind::Unknown)}};
        return;
    }
    if (own.is_object() && !m_sources.adapterFile) {
        m_model.description = own;
        return;
    }
    const weights::DescribeInput input{m_tensors, m_sources.configs, naming, m_sources.adapterConfig, m_options.compat};
    m_model.description = weights::describe(input, m_model.report);
    if (const UserText wrong = weights::impossibleValue(m_model.description); !wrong.empty())
        m_model.report.problems.push_back(wrong);
    m_missingTower = weights::missingTower(input);
    if (own.is_object()) // an adapter on a model of ours changes the towers only
        for (const char* key : {"name", "kind", "heads", "input", "captions", "inference", "compat"})
            m_model.description[key] = own.value(key, json());
}

// A size that no model can have comes from the weights or from what lies beside them: their file is named.
std::vector<ExpectedTensor> Importer::tensorsOf(const json& description) const
{
    try {
        return expectedTensors(description);
    } catch (const Error& error) {
        throw Error(error.code(), {action::readWeights}, m_options.checkpoint.string() + ", " + error.where(),
                    error.why());
    }
}

// Every tensor that the architecture needs, with its shape and type; what it does not know is left over.
void Importer::checkShapes()
{
    auto& report = m_model.report;
    std::map<std::string, ExpectedTensor> expected;
    if (isKnown(m_model.description) && report.problems.empty())
        for (ExpectedTensor& tensor : tensorsOf(m_model.description))
            expected.emplace(tensor.name, std::move(tensor));
    for (const std::string& name : m_tensors.names()) {
        const auto found = expected.find(name);
        const bool integer = name.ends_with("num_batches_tracked");
        const TensorInfo info = m_tensors.check(name, integer, report);
        if (found == expected.end()) {
            if (!expected.empty())
                m_tensors.leaveOver(name, weights::notInArchitecture, report);
            continue;
        }
        if (info.shape != found->second.shape)
            report.problems.push_back({TextId("weights.has_shape_expected", "%1 has the shape %2, expected %3"),
                                       inQuotes(m_tensors.sourceNames(name).front()), shapeText(info.shape),
                                       shapeText(found->second.shape)});
        else
            report.used.push_back({info, m_tensors.sourceNames(name)});
    }
    for (const auto& [name, tensor] : expected)
        if (!tensor.optional && !m_tensors.contains(name))
            report.missing.push_back({name, TensorType::F32, tensor.shape});
}

std::size_t Importer::sourceSize() const
{
    std::size_t total = 0;
    for (const auto& file : {m_sources.model, m_sources.adapterFile, m_sources.baseText})
        if (file)
            for (const TensorInfo& info : file->tensors())
                total += static_cast<std::size_t>(info.elements()) * bytesPerElement(info.type);
    return total;
}

bool Importer::readTensors()
{
    auto& report = m_model.report;
    std::uintmax_t fileSize = 0;
    for (const MappedFile* file : m_sources.model->mappings())
        fileSize += file->bytes().size();
    const std::size_t most = std::max<std::size_t>(fileSize, 1) * copiesPerByte + copiesAlways,
                      total = std::max<std::size_t>(sourceSize(), 1);
    std::size_t done = 0, copied = 0;
    std::map<std::string, weights::FilledMatrices> filled; // by part
    for (const std::string& name : m_tensors.names()) {
        if (m_job.cancelled())
            return false;
        CanonicalTensor tensor = m_tensors.read(name);
        done += tensor.size();
        for (const TensorBytes& piece : tensor.pieces)
            copied += piece.copy ? piece.bytes.size() : 0;
        if (copied > most && m_sources.format != "hf")
            throw Error(
                ErrorCode::Memory, {action::readWeights}, m_sources.model->path().string(),
                {TextId("weights.tensors_unpack_far_more_than", "its tensors unpack to far more than the file holds")});
        if (m_options.checkValues)
            if (const UserText wrong = weights::wrongValues(tensor); !wrong.empty())
                report.problems.push_back(
                    {TextId("weights.wrong_values", "%1 %2"), inQuotes(m_tensors.sourceNames(name).front()), wrong});
        if (m_options.checkValues)
            filled[partOf(name)].add(tensor, m_tensors.sourceNames(name).front());
        m_model.tensors.push_back(std::move(tensor));
        m_job.report(done / 1000000, total / 1000000, "reading weights, MB");
    }
    for (const auto& [part, matrices] : filled)
        judge(part, matrices);
    return true;
}

// A tower or projection of one value a matrix is not there, whatever its names say; single matrices of zeros may be
// meant so.
void Importer::judge(const std::string& part, const weights::FilledMatrices& matrices)
{
    if (matrices.noneIsFilled() && !part.empty())
        m_model.report.problems.push_back(
            {TextId("weights.never_filled",
                    "its %1 is there in name only: each of its %2 weight matrices has one value throughout, the first "
                    "is %3"),
             part == names::imageTower  ? weights::imageTowerWords()
             : part == names::textTower ? weights::textTowerWords()
                                        : UserText{TextId("weights.projection", "projection")},
             matrices.matrices(), inQuotes(matrices.first())});
    else if (matrices.zeros() > 0)
        m_model.report.notes.push_back(
            {TextId("weights.only_zeros", "%1 of its weight matrices hold nothing but zeros, the first is %2: they "
                                          "were never trained or are damaged"),
             matrices.zeros(), inQuotes(matrices.firstZero())});
}

void Importer::addProvenance()
{
    json& description = m_model.description;
    if (m_options.hash && m_sources.ownDescription.is_object())
        description["hash"] = m_sources.model->hash();
    const json published = description.value("published", json()); // what is known of the weights of these names
    description.erase("published");
    if (description.contains("provenance"))
        return;
    const fs::path source =
        m_options.checkpoint.filename().empty() ? m_options.checkpoint.parent_path() : m_options.checkpoint;
    description["name"] = fs::is_directory(source) ? source.filename().string() : source.stem().string();
    std::string origin = source.filename().string();
    if (m_options.hash) {
        Sha256 hash;
        for (const CanonicalTensor& tensor : m_model.tensors) {
            hash.add(tensor.info.name + name(tensor.info.type) + shapeText(tensor.info.shape));
            weights::inPieces(tensor.pieces, [&](std::span<const std::byte> part) { hash.add(part); });
        }
        description["hash"] = hash.finish();
        origin += ", SHA-256 " + m_sources.model->hash();
    }
    json provenance =
        published.is_object() ? published : weights::provenanceNotes(description, m_sources.configs, source);
    provenance["source"] = origin;
    provenance["format"] = m_sources.format;
    if (m_sources.adapterFile)
        provenance["adapter"] = m_sources.adapter.filename().string();
    description["provenance"] = provenance;
}

Cancellable<ImportedModel> Importer::run()
{
    try {
        const weights::Naming naming = gather();
        describe(naming);
        checkShapes();
        refuseHalves(naming);
        // What is wrong already is enough to refuse; values are looked at in sound files only.
        const bool sound = m_model.report.problems.empty();
        if (sound && (m_options.checkValues || m_model.report.missing.empty()) && !readTensors())
            return {};
        addProvenance();
    } catch (const json::exception& error) {
        throw Error(
            ErrorCode::Format, {action::readWeights}, m_options.checkpoint.string(),
            {TextId("weights.configuration_beside_weights_broken", "a configuration beside the weights is broken: %1"),
             textOf(error)});
    }
    m_model.tokenizerFiles = m_sources.tokenizerFiles;
    m_model.configFiles = m_sources.configFiles;
    for (const auto& file : {m_sources.model, m_sources.adapterFile, m_sources.baseText})
        if (file) {
            file->check();
            m_model.weightFiles.push_back(file);
        }
    return std::move(m_model);
}

} // namespace

Cancellable<ImportedModel> inspectWeights(const ImportOptions& options, const Job& job)
{
    return Importer(options, job).run();
}

Cancellable<ImportedModel> importWeights(const ImportOptions& options, const Job& job)
{
    auto model = inspectWeights(options, job);
    if (!model)
        return {};
    const auto refuse = [&](const UserText& why) {
        throw Error(ErrorCode::Model, {action::importWeights}, options.checkpoint.string(), why);
    };
    const ImportReport& report = model->report;
    if (const UserText wrong = report.wrong(); !wrong.empty())
        refuse(wrong);
    // A model folder of ours tells so when it is asked to read a text.
    if (modelKind(model->description) == ModelKind::Clip && !isModelFolder(options.checkpoint))
        if (const UserText wrong = weights::wrongTokenizer(*model); !wrong.empty())
            refuse(wrong);
    if (!isKnown(model->description))
        refuse({TextId("weights.no_known_model_none_has", "no known model: none of %1 has these %2 tensors%3"),
                knownTitles(), report.leftOver.size() + model->tensors.size(), firstOf(report)});
    return model;
}

} // namespace mama
