#include "core/protocol/run_entry.h"

#include "core/base/error.h"
#include "core/base/folded_text.h"
#include "core/base/path_text.h"
#include "core/protocol/run_folder.h"
#include "core/protocol/run_liveness.h"

#include <algorithm>
#include <cmath>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

using nlohmann::json;

constexpr std::size_t piece = 64 * 1024, furthest = 2 * 1024 * 1024; // bytes from the end of metrics.jsonl

// The end of a file, from the beginning of a line on.
std::string endOf(const fs::path& path, std::size_t bytes)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return {};
    struct stat info
    {
    };
    std::string text;
    if (::fstat(file, &info) == 0 && S_ISREG(info.st_mode)) {
        const auto size = static_cast<std::size_t>(info.st_size);
        const std::size_t from = size > bytes ? size - bytes : 0;
        text.resize(size - from);
        const ssize_t got = ::pread(file, text.data(), text.size(), static_cast<off_t>(from));
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        if (from > 0)
            text.erase(0, text.find('\n') + 1); // all of it where there is no line
    }
    ::close(file);
    return text;
}

// The last complete line of a kind. Writers put "kind" anywhere: the line is parsed to be sure.
template <class Record>
std::optional<Record> lastOf(const std::string& text, std::string_view kind)
{
    for (std::size_t found = text.rfind(kind); found != std::string::npos; found = text.rfind(kind, found - 1)) {
        const std::size_t before = text.rfind('\n', found), begin = before == std::string::npos ? 0 : before + 1,
                          end = text.find('\n', found);
        if (end != std::string::npos)
            if (auto record = recordOf(json::parse(std::string_view(text).substr(begin, end - begin), nullptr, false)))
                if (auto* wanted = std::get_if<Record>(&*record))
                    return std::move(*wanted);
        if (begin == 0 || found == 0)
            break;
        found = begin;
    }
    return {};
}

RunValue valueOf(double number)
{
    return std::isfinite(number) ? RunValue(number) : RunValue(std::string("not finite"));
}

RunValue valueOf(const json& value)
{
    if (value.is_number())
        return valueOf(value.get<double>());
    if (value.is_null())
        return {};
    return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, json::error_handler_t::replace);
}

void flatten(const json& group, const std::string& place, std::vector<std::pair<std::string, RunValue>>& into)
{
    for (const auto& [key, value] : group.items()) {
        std::string here = place.empty() ? key : place + '.' + key;
        if (value.is_object() && here.size() < 200)
            flatten(value, here, into);
        else
            into.emplace_back(std::move(here), valueOf(value));
    }
}

std::string lastPart(const fs::path& folder)
{
    const fs::path name = folder.filename();
    return pathText(name.empty() ? folder.parent_path().filename() : name);
}

} // namespace

RunEntry RunEntry::read(const fs::path& folder)
{
    RunEntry entry;
    entry.m_folder = folder;
    entry.readFiles();
    entry.readLast();
    entry.gather();
    return entry;
}

void RunEntry::readFiles()
{
    const RunFolder files(m_folder);
    const auto attempt = [this](auto read) {
        try {
            read();
        } catch (const std::exception& error) {
            if (m_problem.empty())
                m_problem = textOf(error);
        }
    };
    attempt([&] { m_state = files.state(); });
    attempt([&] { m_config = files.config(); });
    attempt([&] { m_notes = RunNotes::read(m_folder); });
}

// Evaluations are rarer than steps: they are looked for further back, in a run that makes any.
void RunEntry::readLast()
{
    const fs::path file = RunFolder(m_folder).metricsFile();
    const std::string end = endOf(file, piece);
    m_last = lastOf<StepRecord>(end, "\"step\"");
    m_evaluation = lastOf<EvalRecord>(end, "\"eval\"");
    const json every = m_config.is_object() ? m_config.value("evaluate_every", json(1)) : json(1);
    if (!m_evaluation && end.size() + 4096 > piece && !(every.is_number() && every.get<double>() <= 0))
        m_evaluation = lastOf<EvalRecord>(endOf(file, furthest), "\"eval\"");
}

void RunEntry::gather()
{
    if (m_config.is_object())
        flatten(m_config, {}, m_settings);
    const auto add = [this](std::string key, double value) { m_figures.emplace_back(std::move(key), value); };
    if (m_last) {
        add("loss", m_last->loss);
        add("lr", m_last->lr);
        add("grad_norm", m_last->gradNorm);
        add("images_per_s", m_last->imagesPerSecond);
        add("loading_share", m_last->loadingShare);
        add("memory_mb", m_last->memoryMb);
        for (const auto& [term, value] : m_last->terms)
            add("term " + term, value);
        for (const auto& [scale, value] : m_last->scale)
            add("scale " + scale, value);
    }
    if (m_evaluation)
        for (const auto& [metric, figure] : m_evaluation->metrics)
            add(m_evaluation->split + ' ' + metric, figure.value);
    std::string all = name() + '\n' + lastPart(m_folder) + '\n' + m_notes.group + '\n' + m_notes.note;
    for (const std::string& tag : m_notes.tags)
        all += '\n' + tag;
    if (m_state)
        all += '\n' + m_state->task + '\n' + m_state->reason;
    m_words = folded(all);
}

std::string RunEntry::name() const { return m_notes.name.empty() ? lastPart(m_folder) : m_notes.name; }

std::string RunEntry::status() const { return m_state ? shownStatus(*m_state) : "unreadable"; }

const std::vector<std::string>& RunEntry::ownKeys()
{
    static const std::vector<std::string> keys{"name",    "folder", "status", "task",  "group",   "tags",
                                               "note",    "step",   "steps",  "epoch", "samples", "started",
                                               "elapsed", "best",   "reason", "host"};
    return keys;
}

std::optional<RunValue> RunEntry::own(std::string_view key) const
{
    const auto ofState = [this](auto member) -> RunValue { return m_state ? RunValue(member(*m_state)) : RunValue(); };
    if (key == "name")
        return name();
    if (key == "folder")
        return pathText(m_folder);
    if (key == "status")
        return status();
    if (key == "group")
        return m_notes.group;
    if (key == "tags" || key == "tag")
        return joined(m_notes.tags);
    if (key == "note")
        return m_notes.note;
    if (key == "task")
        return ofState([](const RunState& of) { return of.task; });
    if (key == "reason")
        return ofState([](const RunState& of) { return of.reason; });
    if (key == "host")
        return ofState([](const RunState& of) { return of.host; });
    if (key == "step")
        return ofState([](const RunState& of) { return static_cast<double>(of.step); });
    if (key == "steps")
        return ofState([](const RunState& of) { return static_cast<double>(of.steps); });
    if (key == "epoch")
        return ofState([](const RunState& of) { return of.epoch; });
    if (key == "samples")
        return ofState([](const RunState& of) { return static_cast<double>(of.samples); });
    if (key == "started")
        return ofState([](const RunState& of) { return of.started; });
    if (key == "elapsed")
        return ofState([](const RunState& of) { return of.elapsedSeconds; });
    if (key == "best")
        return m_state && m_state->best ? valueOf(m_state->best->value) : RunValue();
    return {};
}

RunValue RunEntry::value(std::string_view key) const
{
    if (const auto mine = own(key))
        return *mine;
    // As a whole, then by its last part: "max_lr" of "optimizer.max_lr", "density_auc" of "validation density_auc".
    const auto endsWith = [key](const std::string& name, char separator) {
        return name.size() > key.size() && name.ends_with(key) && name[name.size() - key.size() - 1] == separator;
    };
    for (const auto& [name, value] : m_settings)
        if (name == key)
            return value;
    for (const auto& [name, value] : m_figures)
        if (name == key)
            return valueOf(value);
    for (const auto& [name, value] : m_settings)
        if (endsWith(name, '.'))
            return value;
    for (const auto& [name, value] : m_figures)
        if (endsWith(name, ' '))
            return valueOf(value);
    return {};
}

} // namespace mama
