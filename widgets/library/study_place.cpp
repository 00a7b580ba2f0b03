#include "widgets/library/study_place.h"

#include <algorithm>

namespace mama {

std::vector<int> StudyPlace::selection() const
{
    std::vector<int> out;
    out.reserve(static_cast<std::size_t>(m_count));
    for (int row = 0; row < rows(); ++row)
        if (isSelected(row))
            out.push_back(row);
    return out;
}

std::vector<int> StudyPlace::target() const
{
    if (m_count > 0 || m_current < 0)
        return selection();
    return {m_current};
}

void StudyPlace::setRows(std::vector<bool> selected, int current)
{
    m_selected = std::move(selected);
    m_current = m_anchor = std::clamp(current, rows() > 0 ? 0 : -1, rows() - 1);
    m_count = static_cast<int>(std::count(m_selected.begin(), m_selected.end(), true));
    Q_EMIT rowsChanged();
    Q_EMIT currentChanged(m_current);
    Q_EMIT selectionChanged();
}

void StudyPlace::setCurrent(int row)
{
    if (rows() == 0)
        return;
    m_anchor = m_current = std::clamp(row, 0, rows() - 1);
    Q_EMIT currentChanged(m_current);
}

void StudyPlace::press(int row, Qt::KeyboardModifiers modifiers)
{
    if (row < 0 || row >= rows())
        return;
    if (modifiers & Qt::ShiftModifier) {
        m_current = row;
        Q_EMIT currentChanged(row);
        return selectRange(m_anchor, row);
    }
    setCurrent(row);
    if (modifiers & Qt::ControlModifier)
        toggle();
    else
        selectNone();
}

void StudyPlace::move(int by, bool extend)
{
    if (rows() == 0)
        return;
    const int to = std::clamp(m_current + by, 0, rows() - 1), anchor = m_anchor;
    if (!extend)
        return setCurrent(to);
    m_current = to;
    Q_EMIT currentChanged(to);
    selectRange(anchor, to);
}

void StudyPlace::toggle()
{
    if (m_current < 0)
        return;
    const auto at = static_cast<std::size_t>(m_current);
    m_selected[at] = !m_selected[at];
    m_count += m_selected[at] ? 1 : -1;
    Q_EMIT selectionChanged();
}

void StudyPlace::selectAll()
{
    std::fill(m_selected.begin(), m_selected.end(), true);
    m_count = rows();
    Q_EMIT selectionChanged();
}

void StudyPlace::selectNone()
{
    if (m_count == 0)
        return;
    std::fill(m_selected.begin(), m_selected.end(), false);
    m_count = 0;
    Q_EMIT selectionChanged();
}

void StudyPlace::select(std::vector<bool> selected)
{
    selected.resize(m_selected.size());
    if (selected == m_selected)
        return;
    m_selected = std::move(selected);
    m_count = static_cast<int>(std::count(m_selected.begin(), m_selected.end(), true));
    Q_EMIT selectionChanged();
}

// The range and nothing else.
void StudyPlace::selectRange(int from, int to)
{
    std::fill(m_selected.begin(), m_selected.end(), false);
    const auto [first, last] = std::minmax(std::max(from, 0), to);
    std::fill(m_selected.begin() + first, m_selected.begin() + last + 1, true);
    m_count = last - first + 1;
    Q_EMIT selectionChanged();
}

} // namespace mama
