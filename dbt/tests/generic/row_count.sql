{#- The model has exactly so many rows. -#}
{% test row_count(model, rows) %}
select count(*) as rows_found
from {{ model }}
having count(*) != {{ rows }}
{% endtest %}
