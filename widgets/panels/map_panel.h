#pragma once
#include "widgets/viewer/scene/map_overlay.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QPushButton;
class QSlider;

namespace mama {

// The controls of the alignment maps' drawing: opacity, threshold, colour scale, cells, isolines, masks.
class MapPanel : public QWidget
{
    Q_OBJECT
public:
    explicit MapPanel(QWidget* parent = nullptr);

    void setStyle(const viewer::OverlayStyle& style); // does not emit
    void setMapsThere(bool there);                    // else there is nothing to control

Q_SIGNALS:
    void styleChanged(const mama::viewer::OverlayStyle& style);
    void studyRangeAsked(); // the scale is to go from the lowest to the highest value on screen

private:
    void layOut();
    void connectControls();
    void read();
    void readRange();
    void choose(viewer::RangeBasis basis);
    void show(const viewer::OverlayStyle& style);

    viewer::OverlayStyle m_style;
    bool m_showing = false;
    QCheckBox *m_visible, *m_cells, *m_isolines, *m_air, *m_unseen, *m_byValue;
    QSlider* m_opacity;
    QDoubleSpinBox *m_threshold, *m_low, *m_high;
    QComboBox* m_map;
    QPushButton *m_reference, *m_full, *m_range;
};

} // namespace mama
