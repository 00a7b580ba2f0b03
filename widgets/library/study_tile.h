#pragma once
#include <QColor>
#include <QImage>
#include <QString>
#include <array>
#include <vector>

namespace mama {

struct TilePicture
{
    enum class State { None, Waiting, Ready, Missing };
    State state = State::None; // None: not in this study
    QImage picture{};          // Ready: as it hangs, chest wall inward
    QString name{};            // "R CC": stands there while there is no picture
};

// What a study shows of itself in a grid: its four views as they hang.
struct StudyTile
{
    QString title, note;                   // "90012 · 2013-05-04"; a score, or what is wrong
    std::vector<QColor> tags{};            // a dot each
    std::array<TilePicture, 4> pictures{}; // RCC, LCC, RMLO, LMLO
    int best = -1;                         // the view that a search found; -1: none
};

} // namespace mama
