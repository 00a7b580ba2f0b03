// Adds rows to a set of embeddings, for tests that kill it or fill its disk: embedding_driver FOLDER ROWS DIM. Row n
// has the SHA-256 of the number n and values that follow from n. Prints "before N" and, whenever rows are on the disk,
// "kept N": how many; "computed N" before each row that was not there.
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/library/embeddings/embedding_writer.h"

#include <cstdlib>
#include <iostream>
#include <thread>

using namespace mama;

int main(int count, char** arguments)
{
    if (count < 4)
        return 2;
    try {
        const int rows = std::atoi(arguments[2]), dim = std::atoi(arguments[3]);
        EmbeddingSetInfo info;
        info.identity = {"model", "{}", 1, "fp32 on CPU", ""};
        info.modelName = "driver";
        info.dim = dim;
        info.folder = arguments[1];
        EmbeddingWriter writer(info);
        std::vector<std::string> hashes;
        int kept = 0;
        for (int n = 0; n < rows; ++n) {
            hashes.push_back(sha256(std::to_string(n)));
            kept += writer.has(hashes.back(), n % 2) ? 1 : 0;
        }
        std::cout << "before " << kept << std::endl;
        for (int n = 0; n < rows; ++n) {
            if (writer.has(hashes[static_cast<std::size_t>(n)], n % 2))
                continue;
            std::cout << "computed " << n << std::endl;
            std::this_thread::sleep_for(std::chrono::microseconds(500));
            std::vector<float> vector;
            for (int i = 0; i < dim; ++i)
                vector.push_back(static_cast<float>((n * 31 + i * 7) % 1000) / 1024);
            writer.add(hashes[static_cast<std::size_t>(n)], n % 2, vector);
            ++kept;
            if (writer.waiting() == 0)
                std::cout << "kept " << kept << std::endl;
        }
        writer.commit();
        std::cout << "kept " << kept << std::endl;
    } catch (const Error& error) {
        std::cerr << "error: " << error.what() << std::endl;
        return 1;
    }
    return 0;
}
