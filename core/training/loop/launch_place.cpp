#include "core/training/loop/launch_place.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <charconv>
#include <cstdlib>

namespace mama {
namespace {

[[noreturn]] void fail(const std::string& variable, const UserText& why)
{
    throw Error(ErrorCode::Usage, {action::train}, variable, why);
}

int wholeNumber(const std::string& variable, const std::string& text)
{
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0)
        fail(variable, {TextId("launch.no_number", "\"%1\" is no whole number"), text});
    return value;
}

// The variables of one launcher; the node's are optional.
struct Names
{
    const char *rank, *size, *localRank, *localSize;
};

class Reader
{
public:
    explicit Reader(const LaunchPlace::Lookup& variable) : m_variable(variable) {}
    bool has(const char* name) const { return m_variable(name).has_value(); }
    std::string text(const char* name) const { return m_variable(name).value_or(""); }
    int number(const char* name) const
    {
        const auto value = m_variable(name);
        if (!value)
            fail(name, {TextId("launch.missing", "is missing in the launcher's environment")});
        return wholeNumber(name, *value);
    }
    int number(const char* name, int standard) const { return has(name) ? number(name) : standard; }
    LaunchPlace place(const Names& names) const
    {
        LaunchPlace place;
        place.rank = number(names.rank);
        place.size = number(names.size);
        if (place.size < 1 || place.rank >= place.size)
            fail(names.rank,
                 {TextId("launch.rank", "%1 is not below the number of processes, %2"), place.rank, place.size});
        place.localRank = number(names.localRank, place.rank);
        place.localSize = number(names.localSize, 1);
        return place;
    }

private:
    const LaunchPlace::Lookup& m_variable;
};

// "2(x3),1": the first number holds for the first node alone, so it counts only where all nodes have as many.
int tasksPerNode(const std::string& text, int size)
{
    if (text.empty() || text.find(',') != std::string::npos)
        return 1;
    return std::min(size, wholeNumber("SLURM_STEP_TASKS_PER_NODE", text.substr(0, text.find('('))));
}

std::optional<LaunchPlace> placeOf(const Reader& reader)
{
    if (reader.has("RANK") && reader.has("WORLD_SIZE")) {
        LaunchPlace place = reader.place({"RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"});
        place.storeThere = reader.text("TORCHELASTIC_USE_AGENT_STORE") == "True";
        place.prefix = "/worker/attempt_" + std::to_string(reader.number("TORCHELASTIC_RESTART_COUNT", 0));
        return place;
    }
    if (reader.has("OMPI_COMM_WORLD_RANK"))
        return reader.place({"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK",
                             "OMPI_COMM_WORLD_LOCAL_SIZE"});
    // Without a step this is the job's own script, or a shell in an allocation: one process, whatever the number of
    // tasks.
    if (reader.has("SLURM_PROCID") && (reader.has("SLURM_STEP_ID") || reader.has("SLURM_STEPID"))) {
        LaunchPlace place =
            reader.place({"SLURM_PROCID", reader.has("SLURM_STEP_NUM_TASKS") ? "SLURM_STEP_NUM_TASKS" : "SLURM_NTASKS",
                          "SLURM_LOCALID", "SLURM_NONE"});
        for (const char* list : {"SLURM_STEP_NODELIST", "SLURM_NODELIST", "SLURM_JOB_NODELIST"})
            if (place.address.empty())
                place.address = firstNode(reader.text(list));
        place.localSize = tasksPerNode(
            reader.text(reader.has("SLURM_STEP_TASKS_PER_NODE") ? "SLURM_STEP_TASKS_PER_NODE" : "SLURM_TASKS_PER_NODE"),
            place.size);
        place.port = 20000 + reader.number("SLURM_JOB_ID", 9500) % 20000;
        return place;
    }
    if (reader.has("PMI_RANK"))
        return reader.place({"PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS"});
    return {};
}

} // namespace

std::string firstNode(std::string_view list)
{
    const std::size_t open = list.find('['), comma = list.find(',');
    if (open == std::string_view::npos || comma < open)
        return std::string(list.substr(0, comma));
    const std::string_view numbers = list.substr(open + 1);
    return std::string(list.substr(0, open)) + std::string(numbers.substr(0, numbers.find_first_of(",-]")));
}

bool LaunchPlace::allHere() const
{
    return localSize == size || address == "localhost" || address == "::1" || address.starts_with("127.");
}

std::optional<LaunchPlace> LaunchPlace::from(const Lookup& variable)
{
    const Reader reader(variable);
    std::optional<LaunchPlace> place = placeOf(reader);
    if (!place || place->size == 1)
        return {};
    if (reader.has("MASTER_ADDR"))
        place->address = reader.text("MASTER_ADDR");
    else if (place->localSize == place->size)
        place->address = "127.0.0.1";
    if (place->address.empty())
        fail("MASTER_ADDR", {TextId("launch.no_address", "is missing: the name of the machine of the first process")});
    place->port = reader.number("MASTER_PORT", place->port);
    return place;
}

std::optional<LaunchPlace> LaunchPlace::fromEnvironment()
{
    return from([](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        return value && *value ? std::optional<std::string>(value) : std::nullopt;
    });
}

} // namespace mama
