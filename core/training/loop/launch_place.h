#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mama {

// Which of a run's processes this one is, as its launcher says.
struct LaunchPlace
{
    int rank = 0, size = 1;
    int localRank = 0, localSize = 1; // among the processes of this machine
    std::string address;              // where the first process listens
    int port = 29500;
    // torchrun keeps a store of its own at that address: the first process joins it and does not listen.
    bool storeThere = false;
    std::string prefix; // of the names in that store; another one after every restart

    // Whether all processes are on this machine.
    bool allHere() const;

    using Lookup = std::function<std::optional<std::string>(const std::string& variable)>;
    // From the variables of torchrun (RANK, WORLD_SIZE, LOCAL_RANK, LOCAL_WORLD_SIZE), Open MPI's mpirun
    // (OMPI_COMM_WORLD_*), MPICH's and Intel's (PMI_*, MPI_LOCAL*), or a Slurm step (SLURM_PROCID, SLURM_NTASKS,
    // SLURM_LOCALID); the first of these that is there counts. MASTER_ADDR and MASTER_PORT count for all; without them
    // Slurm's is the first node of the list and a port made of the job's number, and processes of one machine meet at
    // 127.0.0.1. Empty: one process alone. Error(Usage) names a variable that is missing or no number.
    static std::optional<LaunchPlace> from(const Lookup& variable);
    static std::optional<LaunchPlace> fromEnvironment();
};

// "node03" of Slurm's compressed lists, as "node[03-05,9],other". Empty for an empty list.
std::string firstNode(std::string_view list);

} // namespace mama
